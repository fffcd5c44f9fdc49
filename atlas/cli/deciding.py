"""Commands that help to decide: what an attribution does, what leads to a target."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from atlas.cli.program import app
from atlas.command_help import FrenchCommand

_YEARS = 50


@app.command(cls=FrenchCommand)
def simulate(
    sortie: Annotated[Path, typer.Argument(metavar="SORTIE", help="Dossier d'une construction, ou d'une édition.")],
    identifiant: Annotated[
        str,
        typer.Argument(metavar="ID", help="Résidence (ou adresse) ; avec --objectif, aussi quartier, commune, IRIS."),
    ],
    menage: Annotated[
        list[str] | None,
        typer.Option(
            "--menage",
            metavar="MENAGE",
            help="Un ménage qui emménage, par exemple « 3 x sous 40, 2 adultes, 1 chômeur, monoparentale ».",
        ),
    ] = None,
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="NOM", help="L'interne par défaut, sinon la première masquée.")
    ] = None,
    objectif: Annotated[
        float | None, typer.Option("--objectif", metavar="T", help="Part du parc à atteindre, en %.")
    ] = None,
    annees: Annotated[int, typer.Option("--annees", metavar="K", help="En combien d'années.")] = 5,
    indicateur: Annotated[
        str | None,
        typer.Option("--indicateur", metavar="CODE", help="De l'objectif ; le premier critère par défaut."),
    ] = None,
    en_json: Annotated[bool, typer.Option("--json", help="Donne les résultats en JSON.")] = False,
) -> None:
    """Dit l'effet d'attributions sur une résidence, ou ce qui mène un lieu à un objectif ; jamais sur des personnes."""
    from atlas.methods.household_words import read_households
    from atlas.simulate import KINDS, aimed, attribution_words, edition_at, objective_words, simulated, unit_of

    households = []
    for text in menage or ():
        try:
            households.append(read_households(text))
        except ValueError as error:
            raise typer.BadParameter(f"--menage : {error}") from None
    if objectif is not None and not 0 <= objectif <= 100:
        raise typer.BadParameter(f"--objectif : {objectif:g} n'est pas une part de 0 à 100 %")
    if not 1 <= annees <= _YEARS:
        raise typer.BadParameter(f"--annees : {annees} n'est pas un nombre d'années de 1 à {_YEARS}")
    if objectif is None and indicateur is not None:
        raise typer.BadParameter("--indicateur ne sert qu'avec --objectif")
    if objectif is not None and households:
        raise typer.BadParameter("--menage et --objectif sont deux questions : les poser l'une après l'autre")
    unit = unit_of(edition_at(sortie, edition), identifiant, KINDS if objectif is not None else KINDS[:1])
    if objectif is None:
        told, words = simulated(unit, households), attribution_words
    else:
        told, words = aimed(unit, objectif, annees, indicateur), objective_words
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1) if en_json else words(told))
