"""Commands that house: where a household would find a home, and how a year's homes are planned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atlas.cli.program import app
from atlas.command_help import FrenchCommand
from atlas.options import Accepted

_FIRST, _LAST = 2017, 2100  # the law on shares of attributions is of 2017


@app.command(name="plan-attributions", cls=FrenchCommand)
def plan_attributions(
    sortie: Annotated[Path, typer.Argument(metavar="SORTIE", help="Dossier d'une construction, ou d'une édition.")],
    annee: Annotated[
        int | None, typer.Option("--annee", metavar="AAAA", help="L'année qui suit la publication par défaut.")
    ] = None,
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="NOM", help="L'interne par défaut, ou celle d'un bailleur.")
    ] = None,
    territoire: Annotated[
        Path | None,
        typer.Option("--territoire", metavar="T.toml", help="Fichier de territoire : cibles locales, suppositions."),
    ] = None,
    dossier: Annotated[
        Path | None, typer.Option("--sortie", metavar="DOSSIER", help="Où écrire une page, un classeur et un CSV.")
    ] = None,
    en_json: Annotated[bool, typer.Option("--json", help="Donne le plan en JSON.")] = False,
    accepter_non_verifie: Accepted = None,
) -> None:
    """Planifie une année d'attributions par résidence et par groupe, au moindre coût prouvé ; jamais des personnes."""
    from atlas.allocation import plan_attributions as planned

    if annee is not None and not _FIRST <= annee <= _LAST:
        raise typer.BadParameter(f"--annee : {annee} n'est pas une année de {_FIRST} à {_LAST}")
    plan = planned(sortie, annee, edition, territoire, dossier, accepter_non_verifie or ())
    typer.echo(plan.json if en_json else "\n".join(plan.lines))
