"""The forms of sources: the module that knows the columns of each, as :data:`atlas.tables.ORIGINS` declares it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from atlas.methods import load, needs_of
from atlas.sources.headers import Expected
from atlas.tables import ORIGINS, Form, Origin


def forms() -> Iterator[tuple[Origin, Form]]:
    """List every form of every source, in the order in which they are declared."""
    yield from ((origin, form) for origin in ORIGINS.values() for form in origin.forms)


def module_of(form: Form) -> ModuleType:
    """Import the module that reads a form."""
    return import_module(f"atlas.sources.{form.module}")


def wanted_of(form: Form) -> Expected:
    """Say what a form looks for in a file; of the survey, what any known method needs."""
    module = module_of(form)
    return module.wanted(needs_of(load())) if hasattr(module, "wanted") else module.WANTED
