"""What sheets say that each indicator brings: what counts give by hand, and refused where files do not give it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from atlas.audit import audit, limits_of
from atlas.audit.read_back import STOCK, read_table, read_written
from atlas.audit.site import site_faults
from atlas.plan import secrecy_rules

WORDS = {(0, 1): "non atteint", (1, 1): "atteint"}


@pytest.fixture
def copied(readings_build, tmp_path) -> Path:
    """The partners' edition of the commune, that a test may change, beside the evidence of its build."""
    shutil.copytree(readings_build, tmp_path / "atlas")
    return tmp_path / "atlas" / "partenaire"


def test_thresholds_reached_on_internal_sheets_are_those_that_counts_reach(readings_build):
    folder, checked = readings_build / "interne", 0
    homes = read_written(folder).units["residences"].set_index("id")
    for page in sorted((folder / "residences").glob("*.html")):
        tree = LexborHTMLParser(page.read_text("utf-8"))
        for one in tree.css("[data-apport][data-colonne=atteints]"):
            given = one.attributes
            unit, code = homes.loc[given["data-id"]], given["data-indicateur"]
            beside = one.parent.parent.css_first("[data-colonne=seuils]")  # not told of what the territory sets
            if beside is None or f"n_{code}" not in homes or not unit[f"d_{code}"] > 0:
                continue
            bars = [float(bar.replace(",", ".")) for bar in re.findall(r"\d+(?:,\d+)?", beside.text())]
            assert bars, (page.name, code)  # what has no threshold brings nothing
            # In whole numbers: n / d >= bar / 100, bars with one decimal at most.
            reached = sum(1000 * unit[f"n_{code}"] >= round(10 * bar) * unit[f"d_{code}"] for bar in bars)
            assert one.text() == WORDS.get((reached, len(bars)), f"{reached} sur {len(bars)}"), (page.name, code)
            checked += 1
    assert checked > 200


def faults_of(edition: Path) -> list[tuple[str, str]]:
    """List the faults of the sheets of an edition: page and what."""
    tables = {STOCK: read_table(edition, STOCK)}
    names = [f"residences/{path.name}" for path in sorted((edition / "residences").glob("*.html"))]
    return [(name, what) for name, what, _, _ in site_faults(names, read_written(edition), tables)]


@pytest.mark.parametrize(
    ("found", "put", "said"),
    [
        # A masked rate: whether it reaches its threshold would tell on which side of it it stands.
        (r'(data-colonne="atteints">)inconnu<', r"\1atteint<", "apport que les fichiers ne redonnent pas"),
        (r'(data-colonne="atteints">)de 0 à 2 sur 2<', r"\1de 1 à 2 sur 2<", "apport que les fichiers ne redonnent"),
        (r'(data-colonne="seuils">)[^<]*<', r"\g<1>31 %<", "apport que les fichiers ne redonnent pas"),
        (r'data-apport="grille"', 'data-apport="grilles"', "apport que les fichiers ne redonnent pas"),
        (
            r'<td><span data-apport="[^>]*data-colonne="atteints">inconnu</span></td>',
            "<td>atteint</td>",
            "chiffre ou mot que rien ne rattache au GeoPackage",
        ),
    ],
)
def test_a_contribution_that_the_files_do_not_give_is_refused(copied, found, put, said):
    assert not faults_of(copied)
    for page in sorted((copied / "residences").glob("*.html")):
        text = page.read_text("utf-8")
        spoilt, changed = re.subn(found, put, text, count=1)
        if changed:
            page.write_text(spoilt, "utf-8")
            break
    ((name, what),) = faults_of(copied)
    assert name == f"residences/{page.name}" and said in what
    verdict = audit(copied, limits_of(secrecy_rules()), measured=False)
    assert not verdict.safe and any(page.name in one for one in verdict.reasons)
