"""Pictures drawn once, as SVG text, for pages (inlined) and booklets (embedded) alike.

Grain in: numbers and labels that an edition has already written, as :class:`Mark`. Grain out: one SVG element as
text, the same bytes for the same input, that carries its own title and description. What is not published has no
place on any scale: its word stands in its own hatch.
"""

from atlas.publish.pictures.background import Background, background
from atlas.publish.pictures.bars import bars
from atlas.publish.pictures.beside import beside
from atlas.publish.pictures.distribution import distribution
from atlas.publish.pictures.gauge import gauge
from atlas.publish.pictures.levels_bar import levels_bar
from atlas.publish.pictures.locator import locator
from atlas.publish.pictures.matrix import Cell, Crossed, Heading, matrix
from atlas.publish.pictures.model import Comparison, Line, Mark, Panel, Residence, Row
from atlas.publish.pictures.multiples import small_multiples
from atlas.publish.pictures.stock_flux import stock_flux
from atlas.publish.pictures.strip import strip

__all__ = [
    "Background",
    "Cell",
    "Comparison",
    "Crossed",
    "Heading",
    "Line",
    "Mark",
    "Panel",
    "Residence",
    "Row",
    "background",
    "bars",
    "beside",
    "distribution",
    "gauge",
    "levels_bar",
    "locator",
    "matrix",
    "small_multiples",
    "stock_flux",
    "strip",
]
