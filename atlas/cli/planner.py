"""Commands of a planner's own tools: open data, databases, the browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from atlas.cli.program import app
from atlas.command_help import FrenchCommand


@app.command(cls=FrenchCommand)
def publier(
    edition: Annotated[Path, typer.Argument(metavar="SORTIE/EDITION", help="Dossier d'une édition.")],
    postgis: Annotated[
        str,
        typer.Option(
            "--postgis",
            metavar="ADRESSE",
            help="Base où charger l'édition : postgresql://utilisateur@serveur:5432/base[/schema].",
        ),
    ],
    interne: Annotated[
        bool, typer.Option("--interne", help="Accepter une édition non masquée : la base n'est lue que de l'équipe.")
    ] = False,
    lecture: Annotated[
        str | None, typer.Option("--lecture", metavar="ROLE", help="Rôle existant qui pourra lire, et rien d'autre.")
    ] = None,
    projet: Annotated[
        Path | None, typer.Option("--projet", metavar="FICHIER.qgz", help="Écrire aussi le projet QGIS lié à la base.")
    ] = None,
) -> None:
    """Charge une édition dans une base PostGIS, d'un coup ; la précédente est gardée sous sa date."""
    from atlas.deliver import publish_to

    typer.echo(publish_to(edition, postgis, internal=interne, reader=lecture, project=projet).text)


@app.command(cls=FrenchCommand)
def telecharger(
    departement: Annotated[
        list[str] | None,
        typer.Option("--departement", metavar="CODE", help="Département ; option répétable, ou 21,25."),
    ] = None,
    communes: Annotated[
        list[str] | None,
        typer.Option("--communes", metavar="CODE[,CODE]", help="Communes à garder ; tout le département sinon."),
    ] = None,
    dossier: Annotated[
        Path, typer.Option("--dossier", metavar="DOSSIER", help="Où poser les fichiers, et sources.json.")
    ] = Path("donnees"),
    sources: Annotated[
        list[str] | None,
        typer.Option("--sources", metavar="NOM[,NOM]", help="Parmi ban, iris, communes, qpv, rpls ; toutes sinon."),
    ] = None,
    depuis: Annotated[
        str | None,
        typer.Option("--depuis", metavar="DOSSIER|ADRESSE", help="Dossier de fichiers déjà pris, ou miroir."),
    ] = None,
    territoire: Annotated[
        Path | None,
        typer.Option("--territoire", metavar="T.toml", help="Fichier dont [regles.sources_…] donne d'autres adresses."),
    ] = None,
) -> None:
    """Prend les données ouvertes d'un territoire chez leurs producteurs ; la seule commande qui use d'un réseau."""
    from atlas.cli.building import progress
    from atlas.fetch import SOURCES, fetch

    with progress() as say:
        done = fetch(
            departement or (),
            communes or (),
            dossier,
            sources=sources or SOURCES,
            origin=depuis,
            territory=territoire,
            say=say,
        )
    typer.echo(done.text)


@app.command(cls=FrenchCommand)
def ouvrir(
    sortie: Annotated[
        Path, typer.Argument(metavar="[SORTIE]", help="Dossier d'une construction ou d'une édition ; atlas par défaut.")
    ] = Path("atlas"),
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="NOM", help="Édition à ouvrir ; interne, ou la première, sinon.")
    ] = None,
    chercher: Annotated[
        str | None,
        typer.Option("--chercher", metavar="NOM", help="Résidence, quartier ou commune à ouvrir."),
    ] = None,
) -> None:
    """Ouvre une édition dans le navigateur ; dans un terminal, propose d'y chercher une fiche."""
    from atlas.opening import MAP, edition_of, pages_of, search

    folder = edition_of(sortie, edition)
    if chercher is not None:
        found = search(pages_of(folder), chercher)
        if not found:
            typer.echo(f"Rien ne ressemble à « {chercher} » dans l'édition {folder.name}.")
            raise typer.Exit(1)
        for one in found[1:]:
            typer.echo(f"  aussi : {one.title}")
        look_at(found[0].path)
        return
    look_at(folder / MAP)
    if sys.stdin.isatty() and sys.stdout.isatty():
        _ask(folder)


def look_at(page: Path) -> None:
    """Open a page where someone can look at it; say where it is in any case."""
    from atlas.opening import show

    opened = sys.stdout.isatty() and show(page)
    typer.echo(f"{'Ouvert' if opened else 'À ouvrir'} : {page}")


def _ask(folder: Path) -> None:
    """Open the page of each unit that is named, until nothing is."""
    from atlas.opening import pages_of, search

    pages = pages_of(folder)
    while words := typer.prompt("Fiche à ouvrir (un nom, rien pour finir)", default="", show_default=False).strip():
        found = search(pages, words)
        for number, one in enumerate(found, start=1):
            typer.echo(f"  {number}. {one.title}")
        if not found:
            typer.echo("  Rien qui y ressemble.")
            continue
        choice = "1" if len(found) == 1 else typer.prompt("  Numéro", default="1").strip()
        if choice.isdecimal() and 1 <= int(choice) <= len(found):
            look_at(found[int(choice) - 1].path)
