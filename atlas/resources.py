"""Where the files that travel with the program are: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

from pathlib import Path


def shipped(folder: str) -> Path:
    """Locate a shipped folder, ``data`` or ``layers``.

    >>> (shipped("data") / "parameters").is_dir()
    True
    """
    package = Path(__file__).parent
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder
