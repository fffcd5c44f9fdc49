"""Styles that travel in the GeoPackage, in the table ``layer_styles`` that QGIS reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.publish.layers import Layer

if TYPE_CHECKING:
    from atlas.edition import Edition


def write_styles(connection: sqlite3.Connection, edition: Edition, layers: Sequence[Layer]) -> None:
    """Write the styles of the layers; none yet."""
