"""The book of an edition: what its faces read, each thing made once and handed everywhere.

In: a judged edition and the layers that the plan of the build has checked. Out: its tables as files carry them, what
QGIS draws, its figures, residences, sheets and reviews, each made the first time that a face asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from atlas.catalogue import Catalogue, Caveat
from atlas.catalogue import Layer as Drawing
from atlas.publish.figures import Figures
from atlas.publish.frame import shipped_catalogue
from atlas.publish.layers import Layer, layers_of
from atlas.publish.qgis.pictures import Picture, pictures_of
from atlas.publish.quarters.members import Residences
from atlas.publish.quarters.reading import COMMUNES, QUARTERS, Review, reviews_of
from atlas.publish.sheets import Sheet, sheets_of
from atlas.publish.sheets.reading import features_by_unit

if TYPE_CHECKING:
    from atlas.edition import Edition


@dataclass(frozen=True)
class Book:
    """One edition as its pages, files and booklets read it."""

    edition: Edition
    catalogue: Catalogue

    @classmethod
    def of(cls, edition: Edition) -> Book:
        """Open an edition with the layers that the atlas ships.

        Raises
        ------
        AtlasError
            Faults of the layer files.
        """
        return cls(edition, shipped_catalogue(edition.methods))

    @cached_property
    def levels(self) -> Drawing | None:
        """The layer that draws the classes shown first."""
        return self.catalogue.drawing(self.edition.level)

    def reservations(self, *more: str) -> list[Caveat]:
        """Give what must be read with the levels, then other reservations by their keys."""
        keys = (*(self.levels.caveats if self.levels else ()), *more)
        return [self.catalogue.caveats[key] for key in dict.fromkeys(keys)]

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The tables of its files."""
        return layers_of(self.edition)

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """What QGIS draws of them."""
        return pictures_of(self.edition, self.catalogue, self.layers)

    @cached_property
    def figures(self) -> Figures:
        """Every number, by unit and campaign."""
        return Figures(self.edition)

    @cached_property
    def residences(self) -> Residences:
        """The residences, found by quarter and by commune."""
        return Residences(self.figures)

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """One sheet per residence, sorted by name."""
        return tuple(sheets_of(self.figures))

    @cached_property
    def reviews(self) -> tuple[Review, ...]:
        """One review per quarter, then one per commune."""
        features = {kind: features_by_unit(self.edition, kind) for kind in (QUARTERS, COMMUNES)}
        return tuple(reviews_of(self.figures, self.residences, features))
