"""Look at unknown files: what they hold, which source each may be, and the block to paste in a territory file.

Grain in: one file. Grain out: one :class:`Finding` for each table, sheet or layer. Nothing is written and nothing is
decided: the planner reads the proposal, corrects it and pastes it.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile, ZipFile

from atlas.errors import AtlasError, Fault
from atlas.inspect.finding import Finding, block, quoted
from atlas.inspect.layers import inspect_layers
from atlas.inspect.tables import inspect_tables
from atlas.sources.content import TABLE_ENDINGS, Unreadable
from atlas.sources.gdal import LAYER_ENDINGS

__all__ = ["Finding", "block", "inspect_all", "inspect_file", "quoted"]

_ORDER = ("zones", "qpv", "iris")


def inspect_file(path: Path) -> Finding:
    """Look at a file and guess which source it is, from its headers and its values.

    Of several sheets, tables or layers, the one that says the most is given; the others are named.

    Raises
    ------
    AtlasError
        When the file cannot be read at all.
    """
    findings, faults = inspect_all(path)
    if not findings:
        raise AtlasError(faults)
    return max(findings, key=_precise)


def inspect_all(path: Path) -> tuple[list[Finding], list[Fault]]:
    """Look at every table of an archive, sheet of a workbook and layer of a file, and say what cannot be read."""
    if not path.is_file():
        return [], [Fault("INSPECT-ABSENT", f"{path} n'existe pas.", "un fichier", "vérifier le chemin")]
    findings: list[Finding] = []
    faults: list[Fault] = []
    for looks, look in zip(_kinds(path), (inspect_tables, inspect_layers), strict=True):
        if looks:
            try:
                read, refused = look(path)
            except Unreadable as error:
                read, refused = [], [error.fault]
            findings += read
            faults += refused
    return findings, faults


def _kinds(path: Path) -> tuple[bool, bool]:
    """Tell whether a file may hold tables and layers; an archive may hold both."""
    names = [path.name]
    if path.suffix.lower() == ".zip":
        try:
            with ZipFile(path) as archive:
                names = archive.namelist()
        except (BadZipFile, OSError):
            return True, False
    layers = any(name.lower().endswith(LAYER_ENDINGS) for name in names)
    return not layers or any(name.lower().endswith(TABLE_ENDINGS) for name in names), layers


def _precise(finding: Finding) -> tuple[bool, int, float]:
    """Rank findings: a hidden sheet last, a district before a quarter, a quarter before any perimeter with a name."""
    return (not finding.hidden, _ORDER.index(finding.section) if finding.section in _ORDER else -1, finding.score)
