"""Commands that read: an atlas that is built, files of attributions, what the program itself declares."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from atlas import __version__
from atlas.cli.program import app
from atlas.command_help import FrenchCommand
from atlas.options import Accepted


@app.command(cls=FrenchCommand)
def explain(
    sortie: Annotated[Path, typer.Argument(metavar="SORTIE", help="Dossier d'une construction.")],
    identifiant: Annotated[str, typer.Argument(metavar="ID", help="Identifiant d'une résidence ou d'une adresse.")],
    en_json: Annotated[
        bool, typer.Option("--json", help="Donne tout ce qui permet de recalculer chaque chiffre de chaque méthode.")
    ] = False,
) -> None:
    """Explique une résidence, de ses lignes dans les fichiers jusqu'à sa couleur."""
    from atlas.explain import explain as explain_residence
    from atlas.explain import explained

    if en_json:
        typer.echo(json.dumps(explained(sortie, identifiant), ensure_ascii=False, indent=1))
    else:
        typer.echo(explain_residence(sortie, identifiant))


@app.command(cls=FrenchCommand)
def compare(
    avant: Annotated[Path, typer.Argument(metavar="AVANT")],
    apres: Annotated[
        Path | None,
        typer.Argument(metavar="[APRES]", help="Sans elle, les méthodes de la première sont comparées entre elles."),
    ] = None,
) -> None:
    """Compare deux constructions : ce qui a changé, et pourquoi ; ou les méthodes d'une seule."""
    from atlas.compare import compare as compare_builds
    from atlas.compare import compare_methods

    typer.echo(compare_methods(avant) if apres is None else compare_builds(avant, apres))


@app.command(cls=FrenchCommand)
def audit(
    edition: Annotated[Path, typer.Argument(metavar="SORTIE/EDITION", help="Dossier d'une édition.")],
    avec: Annotated[
        list[Path] | None,
        typer.Option("--avec", metavar="DOSSIER", help="Autre édition que le même lecteur détient, antérieure ou non."),
    ] = None,
    postgis: Annotated[
        str | None,
        typer.Option("--postgis", metavar="ADRESSE", help="Relire aussi la base où l'édition a été chargée."),
    ] = None,
) -> None:
    """Relit une édition comme un attaquant et dit ce qui peut s'en déduire."""
    from atlas.audit import audit as audit_edition
    from atlas.audit import limits_of
    from atlas.plan import secrecy_rules

    held = [folder.resolve() for folder in avec or ()]
    beside = [folder for folder in held if folder.parent == edition.resolve().parent]
    before = [folder for folder in held if folder not in beside]
    verdict = audit_edition(edition.resolve(), limits_of(secrecy_rules()), also=beside, already=before)
    typer.echo(verdict.text())
    loaded = _read_back(edition, postgis) if postgis else True
    raise typer.Exit(0 if verdict.safe and loaded else 1)


def _read_back(edition: Path, address: str) -> bool:
    """Say whether a database holds the edition and nothing else, cell by cell."""
    from atlas.deliver import read_back

    found = read_back(edition, address)
    for one in found:
        typer.echo(f"  ✗ base : {one}")
    if not found:
        typer.echo("  Base : les mêmes tables, lignes et valeurs que l'édition, rien de plus.")
    return not found


@app.command(cls=FrenchCommand)
def attributions(
    fichiers: Annotated[
        list[Path],
        typer.Argument(metavar="FICHIER", help="Fichiers d'attributions : décisions, ou tableaux comptés."),
    ],
    sortie: Annotated[
        Path | None,
        typer.Option("--sortie", metavar="DOSSIER", help="Dossier où écrire un CSV, un classeur et une page."),
    ] = None,
    territoire: Annotated[
        Path | None,
        typer.Option("--territoire", metavar="T.toml", help="Fichier de territoire : cibles locales, libellés."),
    ] = None,
    atlas: Annotated[
        Path | None,
        typer.Option("--atlas", metavar="SORTIE", help="Construction, édition interne : résidences, avec --sortie."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Donner les résultats en JSON.")] = False,
    accepter_non_verifie: Accepted = None,
) -> None:
    """Compte les parts légales des attributions : cible, atteinte ou non, combien il en manquait."""
    from atlas.convention import attributions as tested

    found = tested(fichiers, sortie, territoire, atlas, accepter_non_verifie or ())
    typer.echo(found.json if json else "\n".join(found.lines))


@app.command(cls=FrenchCommand)
def rules(
    au: Annotated[
        datetime | None,
        typer.Option("--au", metavar="AAAA-MM-JJ", formats=["%Y-%m-%d"], help="Jour considéré ; aujourd'hui sinon."),
    ] = None,
) -> None:
    """Liste les règles en vigueur : valeur, unité, référence, date de vérification."""
    from atlas.parameters import read_parameters
    from atlas.rules import describe_rules

    typer.echo(describe_rules(read_parameters().in_force((au or datetime.now()).date())))


@app.command(cls=FrenchCommand)
def schema(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="Source ou table publiée ; toutes sinon.")
    ] = None,
    sortie: Annotated[
        Path | None, typer.Option("--sortie", metavar="DOSSIER", help="Dossier où écrire un fichier par schéma.")
    ] = None,
) -> None:
    """Donne le schéma (TableSchema) d'une source ou d'une table publiée, pour vérifier un fichier avant l'envoi."""
    from atlas.schema import schema as table_schema
    from atlas.schema import schemas, text_of, write_schemas

    if sortie is not None:
        for path in write_schemas(sortie, source):
            typer.echo(str(path))
    elif source is not None:
        typer.echo(text_of(table_schema(source)).rstrip())
    else:
        for name, described in schemas().items():
            typer.echo(f"{name} : {described.get('title') or 'table publiée'}")


@app.command(cls=FrenchCommand)
def version() -> None:
    """Affiche la version."""
    typer.echo(__version__)
