"""What several methods read, all together: what the stages before them must keep, and find.

In: methods. Out: rates that rounding may not cross, indicators, features of dwellings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atlas.methods.model import Method
from atlas.tables import FEATURES


def rates_of(methods: Sequence[Method], rules: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    """Gather the rates (%) at which the judgement of a method may change, by indicator, each once and in order.

    Those of methods that compare with the territory, or that stay apart, are not there: they read spans.

    >>> from types import SimpleNamespace
    >>> made = [
    ...     SimpleNamespace(
    ...         apart=value > 50, relative=lambda rules: False, thresholds=lambda rules, value=value: {"inf40": [value]}
    ...     )
    ...     for value in (45, 30, 60)
    ... ]
    >>> rates_of(made, {})
    {'inf40': (30.0, 45.0)}
    """
    found: dict[str, set[float]] = {}
    for method in (one for one in methods if not (one.apart or one.relative(rules))):
        for code, values in method.thresholds(rules).items():
            found.setdefault(code, set()).update(map(float, values))
    return {code: tuple(sorted(values)) for code, values in found.items()}


def needs_of(methods: Sequence[Method]) -> tuple[str, ...]:
    """List the indicators that some methods read, each once."""
    return tuple(dict.fromkeys(code for method in methods for code in method.needs))


def features_of(methods: Sequence[Method]) -> tuple[str, ...]:
    """List the features of dwellings that some methods read, each once."""
    return tuple(dict.fromkeys(name for method in methods for name in method.reads if name in FEATURES))
