"""The program, to which each room of this package adds its commands."""

from __future__ import annotations

import typer

from atlas.command_help import FrenchGroup

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
