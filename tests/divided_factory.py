"""A commune of the fictional metropolis, too large for one page by a rule of its own."""

from __future__ import annotations

from pathlib import Path

from tests.readings_factory import GROUPS, make_territory, methods

MOST = 20
_RULE = f"""
[regles.page_residences]
valeur = {MOST}
unite = "résidences"
source = "Un territoire d'essai"
"""


def make_divided(folder: Path) -> Path:
    """Write its files, read by thresholds alone, and give the territory file."""
    file = make_territory(folder)
    named = ", ".join(f'"{name}"' for name in methods())
    text = file.read_text("utf-8").replace(f"actives = [{named}]", 'actives = ["seuils"]').replace(GROUPS, "")
    text = text[: text.index("[[alertes]]")]
    file.write_text(text + _RULE, "utf-8")
    return file


def build_divided(place: Path) -> Path:
    """Build its two editions."""
    from atlas.pipeline import build

    return build(make_divided(place / "territoire"), place / "atlas", ("interne", "partenaire"))
