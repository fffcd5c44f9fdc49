"""The command line: each command mirrors one public function; help, messages and outputs are in French.

Exit status: 0 done, 1 data or rules refused (every reason listed, nothing written), 2 wrong usage.
Libraries are imported by the commands that need them: ``atlas --help`` answers at once.
"""

from __future__ import annotations

import gc
import sys

import typer

from atlas.cli import building, deciding, housing, planner, reading  # what they hold are commands of the program
from atlas.cli.program import app
from atlas.command_help import usage_error
from atlas.errors import AtlasError

__all__ = ["app", "building", "deciding", "housing", "main", "planner", "reading"]

UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # the library's own, which it does not export


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
