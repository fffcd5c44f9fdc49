"""Commands that make an atlas: look at files, check them, build."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from atlas.cli.program import app
from atlas.command_help import FrenchCommand
from atlas.options import Accepted, Already, Archive, Editions, Formats, Output, TerritoryFile


@app.command(cls=FrenchCommand)
def demo(
    sortie: Output = Path("atlas-demo"),
    evolution: Annotated[
        bool, typer.Option("--evolution", help="Cinq campagnes, de 2018 à 2026, au lieu de deux.")
    ] = False,
    formats: Formats = None,
    archive: Archive = False,
) -> None:
    """Construit le territoire fictif livré avec l'atlas, sans réseau."""
    from atlas.resources import shipped

    territory = "evolution.toml" if evolution else "territoire.toml"
    _build(shipped("data") / "demo" / territory, sortie, formats=formats or (), archive=archive)


@app.command(cls=FrenchCommand)
def build(
    territoire: TerritoryFile,
    sortie: Output = Path("atlas"),
    edition: Editions = None,
    accepter_non_verifie: Accepted = None,
    deja_publie: Already = None,
    formats: Formats = None,
    archive: Archive = False,
    ouvrir: Annotated[bool, typer.Option("--ouvrir", help="Ouvrir ensuite la carte dans le navigateur.")] = False,
) -> None:
    """Construit toutes les éditions de l'atlas d'un territoire."""
    accepted, already = accepter_non_verifie or (), deja_publie or ()
    _build(territoire, sortie, edition or (), accepted, already, formats or (), archive)
    if ouvrir:
        from atlas.cli.planner import look_at
        from atlas.opening import MAP, edition_of

        look_at(edition_of(sortie) / MAP)


def _build(
    territory: Path,
    output: Path,
    editions: Sequence[str] = (),
    accepted: Sequence[str] = (),
    already: Sequence[Path] = (),
    formats: Sequence[str] = (),
    archive: bool = False,
) -> None:
    from atlas.pipeline import DEFAULT_EDITIONS
    from atlas.pipeline import build as build_atlas

    chosen = tuple(editions or DEFAULT_EDITIONS)
    named = [name.strip() for entry in formats for name in entry.split(",") if name.strip()]
    with progress() as say:
        built = build_atlas(territory, output, chosen, accepted, already, say, formats=named, archive=archive)
    typer.echo(f"Atlas construit dans {built}")
    typer.echo(f"À ouvrir : {built / chosen[0] / 'index.html'}")
    typer.echo(f"Bilan des données : {built / 'bilan.html'}")
    if archive:
        typer.echo("Archives : " + ", ".join(path.name for path in sorted(built.glob("*.zip"))))


@app.command(cls=FrenchCommand)
def check(
    territoire: TerritoryFile,
    sortie: Annotated[
        Path | None,
        typer.Option("--sortie", metavar="DOSSIER", help="Dossier où écrire la réception : une page et un classeur."),
    ] = None,
    accepter_non_verifie: Accepted = None,
) -> None:
    """Vérifie les fichiers, les règles et les couches ; dit ce qui est livré, ce qui manque et pour quoi."""
    from atlas.check import check as check_territory

    for line in check_territory(territoire, accepter_non_verifie or (), sortie):
        typer.echo(line)


@app.command(cls=FrenchCommand)
def init(
    dossier: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier des fichiers du territoire.")],
    sortie: Annotated[
        Path | None,
        typer.Option("--sortie", metavar="FICHIER", help="Fichier à créer ; DOSSIER/territoire.toml sinon."),
    ] = None,
) -> None:
    """Regarde tous les fichiers d'un dossier et écrit le fichier de territoire, à relire."""
    from atlas.init import init as init_territory

    typer.echo(init_territory(dossier, sortie).text)


@app.command(cls=FrenchCommand)
def inspect(fichier: Annotated[Path, typer.Argument(metavar="FICHIER")]) -> None:
    """Lit un fichier inconnu et propose le bloc [sources…] à coller dans le fichier de territoire."""
    from atlas.inspect import inspect_file

    typer.echo(inspect_file(fichier).text)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show each step on a terminal; stay quiet in a pipe."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("préparation…") as status:
        yield lambda step: status.update(f"{step}…")
