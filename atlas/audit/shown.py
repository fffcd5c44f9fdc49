"""An edition read from its files by what explains it, simulates on it or plans from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from atlas.audit.judgements import ReadBack
from atlas.audit.read_back import STOCK, Written, read_table, read_written
from atlas.tables import FEATURES, with_features

_KIND = "residences"


@dataclass(frozen=True)
class Shown:
    """An edition as its files tell it."""

    written: Written
    back: ReadBack

    @classmethod
    def at(cls, folder: Path) -> Shown:
        """Read one.

        Raises
        ------
        AtlasError
            ``AUDIT-ILLISIBLE`` when a file or a table is missing or cannot be read.
        """
        written = read_written(folder)
        return cls(written, ReadBack(written))

    @property
    def residences(self) -> pd.DataFrame:
        """Its residences."""
        return self.written.units[_KIND]

    def sized(self, residences: pd.DataFrame) -> pd.DataFrame:
        """Add to residences their dwellings by word of every feature, as :func:`atlas.tables.words_in` reads them."""
        return with_features(residences, self.stock, _KIND, tuple(FEATURES))

    @property
    def stock(self) -> pd.DataFrame:
        """Its dwellings by feature; empty where it has no such table."""
        found = read_table(self.written.folder, STOCK)
        return (
            pd.DataFrame(columns=["unite", "id", "caracteristique", "modalite", "nb_logements"])
            if found is None
            else found
        )
