"""What a table and a column are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

PUBLISHED, SECRET, UNKNOWN, NOT_APPLICABLE = "publié", "secret", "non renseigné", "sans objet"
STATUSES = (PUBLISHED, SECRET, UNKNOWN, NOT_APPLICABLE)

UNDISCLOSED = "bailleur non diffusé"  # a landlord that a file does not tell
UNDETERMINED = "non déterminé"  # an outcome of a method that published figures do not settle

SITUATIONS = ("QPV", "QVA", "hors QPV", "non placé")


_Entry = TypeVar("_Entry")


def listed(entries: Iterable[_Entry], name: str = "name") -> dict[str, _Entry]:
    """List declarations by their name, in their order.

    Raises
    ------
    ValueError
        When a name is declared twice: the second would silently take the place of the first.

    Examples
    --------
    >>> list(listed([Column("nom", "Nom"), Column("x", "Abscisse")]))
    ['nom', 'x']
    >>> listed([Column("nom", "Nom"), Column("nom", "Abscisse")])
    Traceback (most recent call last):
    ValueError: « nom » est déclaré deux fois (Column)
    """
    found: dict[str, _Entry] = {}
    for entry in entries:
        if found.setdefault(str(getattr(entry, name)), entry) is not entry:
            raise ValueError(f"« {getattr(entry, name)} » est déclaré deux fois ({type(entry).__name__})")
    return found


@dataclass(frozen=True)
class Column:
    """One column: name in files, French label, unit, and what its values may be.

    ``secret`` marks what tenants declared: it falls under the mask of its unit. ``pattern`` is a full-match regular
    expression, ``values`` the closed list of a category, ``group`` the title under which an indicator is listed. Every
    number but a coordinate is at least 0.
    """

    name: str
    label: str
    unit: str = "texte"
    meaning: str = ""
    required: bool = False
    secret: bool = False
    pattern: str | None = None
    values: tuple[str, ...] = ()
    group: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers."""
        return self.unit not in TEXTUAL_UNITS

    @property
    def whole(self) -> bool:
        """Whether the column holds whole numbers (counts and years)."""
        return self.unit in COUNT_UNITS


TEXTUAL_UNITS = frozenset({"texte", "code", "oui/non", "catégorie"})
COORDINATES = frozenset({"m", "°"})  # units of numbers that may be negative
COUNT_UNITS = frozenset({"logements", "ménages", "adultes", "personnes", "adresses", "année", "pièces", "demandes"})


@dataclass(frozen=True)
class Table:
    """One table: ``row`` says what a row is, ``key`` what makes it unique, ``at_most`` which column bounds which."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    at_most: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in their declared order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns without which the table cannot be read."""
        return tuple(column.name for column in self.columns if column.required)
