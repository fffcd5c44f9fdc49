"""Commands of a planner's own tools: open data, databases, the browser."""

from __future__ import annotations

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
