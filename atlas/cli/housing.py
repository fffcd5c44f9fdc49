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


@app.command(name="ou-loger", cls=FrenchCommand)
def ou_loger(
    sortie: Annotated[Path, typer.Argument(metavar="SORTIE", help="Dossier d'une construction, ou d'une édition.")],
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="NOM", help="L'interne par défaut, sinon la première masquée.")
    ] = None,
    pieces: Annotated[int | None, typer.Option("--pieces", metavar="N", help="Pièces du logement cherché.")] = None,
    loyer_max: Annotated[
        float | None, typer.Option("--loyer-max", metavar="EUROS", help="Loyer hors charges, par mois.")
    ] = None,
    ressources: Annotated[
        float | None,
        typer.Option("--ressources", metavar="EUROS", help="Ressources par an, dont une part va au loyer."),
    ] = None,
    accessible: Annotated[bool, typer.Option("--accessible", help="Seulement des logements accessibles.")] = False,
    commune: Annotated[str | None, typer.Option("--commune", metavar="NOM")] = None,
    situation: Annotated[str | None, typer.Option("--situation", metavar="S", help="QPV, QVA ou hors QPV.")] = None,
    bailleur: Annotated[str | None, typer.Option("--bailleur", metavar="NOM")] = None,
    menage: Annotated[
        str | None, typer.Option("--menage", metavar="MENAGE", help="Par exemple « sous 40, 2 adultes, 1 chômeur ».")
    ] = None,
    premier_quartile: Annotated[
        bool, typer.Option("--premier-quartile", help="Hors QPV d'abord, comme le demande la loi.")
    ] = False,
    en_json: Annotated[bool, typer.Option("--json", help="Donne la liste en JSON.")] = False,
) -> None:
    """Liste les résidences où loger un ménage sans critère de plus, et ce qui s'y libère ; jamais de note à personne."""
    import json

    from atlas.housing import Asked, housed, lines_of

    asked = Asked(
        pieces, loyer_max, ressources, accessible, commune, situation, bailleur, menage, first=premier_quartile
    )
    offer = housed(sortie, asked, edition)
    typer.echo(json.dumps(offer.rows, ensure_ascii=False, indent=1) if en_json else "\n".join(lines_of(offer)))
