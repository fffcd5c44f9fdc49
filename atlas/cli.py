"""The command line: each command mirrors one public function; help, messages and outputs are in French.

Exit status: 0 done, 1 data or rules refused (every reason listed, nothing written), 2 wrong usage.
Libraries are imported by the commands that need them: ``atlas --help`` answers at once.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from atlas import __version__
from atlas.command_help import FrenchCommand, FrenchGroup, usage_error
from atlas.errors import AtlasError
from atlas.options import Accepted, Already, Archive, Editions, Formats, Output, TerritoryFile

UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # the library's own, which it does not export

app = typer.Typer(
    name="atlas",
    cls=FrenchGroup,
    help="Atlas des fragilités d'occupation des résidences HLM.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    options_metavar="[OPTIONS]",
    subcommand_metavar="COMMANDE [ARGUMENTS]…",
)


@app.callback(invoke_without_command=True)
def _atlas(context: typer.Context) -> None:
    """Atlas des fragilités d'occupation des résidences HLM."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(cls=FrenchCommand)
def demo(sortie: Output = Path("atlas-demo"), formats: Formats = None, archive: Archive = False) -> None:
    """Construit le territoire fictif livré avec l'atlas, sans réseau."""
    from atlas.resources import shipped

    _build(shipped("data") / "demo" / "territoire.toml", sortie, formats=formats or (), archive=archive)


@app.command(cls=FrenchCommand)
def build(
    territoire: TerritoryFile,
    sortie: Output = Path("atlas"),
    edition: Editions = None,
    accepter_non_verifie: Accepted = None,
    deja_publie: Already = None,
    formats: Formats = None,
    archive: Archive = False,
) -> None:
    """Construit toutes les éditions de l'atlas d'un territoire."""
    accepted, already = accepter_non_verifie or (), deja_publie or ()
    _build(territoire, sortie, edition or (), accepted, already, formats or (), archive)


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
    with _progress() as say:
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
    raise typer.Exit(0 if verdict.safe else 1)


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
def version() -> None:
    """Affiche la version."""
    typer.echo(__version__)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show each step on a terminal; stay quiet in a pipe."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("préparation…") as status:
        yield lambda step: status.update(f"{step}…")


def main() -> None:
    """Run the command line; refusals print their faults and leave with status 1."""
    # Tables make many objects and hardly a cycle: looking for cycles as often as by default is a tenth of a build.
    gc.set_threshold(20_000, 20, 20)
    try:
        sys.exit(app(standalone_mode=False))
    except UsageError as error:
        typer.echo(usage_error(error), err=True)
        raise SystemExit(2) from None
    except AtlasError as error:
        number = len(error.faults)
        typer.echo(f"{number} défaut{'s' if number > 1 else ''} : rien n'a été écrit.\n\n{error}", err=True)
        raise SystemExit(1) from None
    except (OSError, MemoryError) as error:
        typer.echo(f"Arrêt : {error}. La sortie précédente est intacte.", err=True)
        raise SystemExit(1) from None
