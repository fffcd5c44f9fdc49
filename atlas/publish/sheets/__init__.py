"""Sheets: one residence on two pages, as data; the HTML page and the booklet write the same sheet.

Grain in: an edition. Grain out: one :class:`Sheet` per residence of the campaign shown first. Nothing is set aside.
"""

from atlas.publish.sheets.model import Criterion, Fact, Feature, Line, Place, Sheet
from atlas.publish.sheets.reading import sheets_of

__all__ = ["Criterion", "Fact", "Feature", "Line", "Place", "Sheet", "sheets_of"]
