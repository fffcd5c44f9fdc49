"""The program with all its commands."""

from __future__ import annotations

import typer

from atlas.cli import building, deciding, housing, planner, reading  # what they hold are commands of the program
from atlas.cli.program import app

__all__ = ["UsageError", "app", "building", "deciding", "housing", "planner", "reading"]

UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # the library's own, which it does not export
