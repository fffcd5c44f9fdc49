"""A territory counted, before any secrecy: what the builder's report tells, and what editions are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from atlas.count import Counted
from atlas.describe import Described
from atlas.ledger import Ledger
from atlas.parameters import Rule


@dataclass(frozen=True)
class Unprotected:
    """What the stages found, for the builder's eyes and never for a page.

    ``rules`` are those applied while reading; ``addresses`` is one row per address as every stage left it;
    ``corrections`` the residences corrected by hand that the build used, None without any.
    """

    addresses: pd.DataFrame
    counted: Counted
    described: Described
    ledger: Ledger
    remarks: tuple[str, ...]
    rules: Sequence[Rule]
    corrections: pd.DataFrame | None = None
