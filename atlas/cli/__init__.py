"""The command line: each command mirrors one public function; help, messages and outputs are in French.

Exit status: 0 done, 1 data or rules refused (every reason listed, nothing written), 2 wrong usage.
Libraries are imported by the commands that need them: ``atlas --help`` answers at once.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlas.cli.commands import app

__all__ = ["app", "main"]


def __getattr__(name: str) -> Any:
    """Give ``app``, the program, to who asks: processes that a build starts import this module and call no command."""
    if name != "app":
        raise AttributeError(name)
    from atlas.cli.commands import app

    return app


def main() -> None:
    """Run the command line; refusals print their faults and leave with status 1."""
    import typer

    from atlas.cli.commands import UsageError, app
    from atlas.command_help import usage_error
    from atlas.errors import AtlasError

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
