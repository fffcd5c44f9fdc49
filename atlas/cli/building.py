"""Commands that make an atlas: look at files, check them, build."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from atlas.cli.program import app
from atlas.command_help import FrenchCommand
from atlas.options import Accepted, Already, Archive, Editions, Formats, Journal, Output, TerritoryFile
from atlas.progress import Course, steps_of


@app.command(cls=FrenchCommand)
def demo(
    sortie: Output = Path("atlas-demo"),
    evolution: Annotated[
        bool, typer.Option("--evolution", help="Cinq campagnes, de 2018 à 2026, au lieu de deux.")
    ] = False,
    formats: Formats = None,
    archive: Archive = False,
    journal: Journal = None,
) -> None:
    """Construit le territoire fictif livré avec l'atlas, sans réseau."""
    from atlas.resources import shipped

    territory = "evolution.toml" if evolution else "territoire.toml"
    _build(shipped("data") / "demo" / territory, sortie, formats=formats or (), archive=archive, journal=journal)


@app.command(cls=FrenchCommand)
def build(
    territoire: TerritoryFile,
    sortie: Output = Path("atlas"),
    edition: Editions = None,
    accepter_non_verifie: Accepted = None,
    deja_publie: Already = None,
    formats: Formats = None,
    archive: Archive = False,
    journal: Journal = None,
    ouvrir: Annotated[bool, typer.Option("--ouvrir", help="Ouvrir ensuite la carte dans le navigateur.")] = False,
) -> None:
    """Construit toutes les éditions de l'atlas d'un territoire."""
    accepted, already = accepter_non_verifie or (), deja_publie or ()
    _build(territoire, sortie, edition or (), accepted, already, formats or (), archive, journal)
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
    journal: Path | None = None,
) -> None:
    from atlas.journal import journal as kept
    from atlas.tables import DEFAULT_EDITIONS

    chosen = tuple(editions or DEFAULT_EDITIONS)
    named = [name.strip() for entry in formats for name in entry.split(",") if name.strip()]
    course = Course(steps_of(chosen), _former(output, territory))
    with kept(journal, output, territory, chosen) as note, progress(course) as show:
        from atlas.pipeline import build as build_atlas  # what it loads is part of what the journal tells

        def say(step: str) -> None:
            note(step)
            show(step)

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
def progress(course: Course | None = None) -> Iterator[Callable[[str], None]]:
    """Show each step on a terminal, and what is known of the way; stay quiet in a pipe."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    way = Course() if course is None else course

    def line() -> Text:
        return Text(way.told(), no_wrap=True, overflow="ellipsis")

    with Live(console=Console(stderr=True), get_renderable=line, refresh_per_second=4, transient=True):
        yield way


def _former(output: Path, territory: Path) -> dict[str, float]:
    """Read how long each step of the former build took, if the output holds one of the same territory."""
    from atlas.output import MARK
    from atlas.territory import name_of

    try:
        told = json.loads((output / MARK).read_text("utf-8"))
        return dict(told["durees_s"]) if told["territoire"] == name_of(territory) else {}
    except (OSError, ValueError, LookupError, TypeError):
        return {}
