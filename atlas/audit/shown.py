"""An edition read from its files by what explains it, simulates on it or plans from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from atlas.audit.judgements import ReadBack
from atlas.audit.read_back import Written, read_written

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
