"""What sheets say that each indicator brings: what counts give by hand, and refused where files do not give it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from selectolax.lexbor import LexborHTMLParser

from atlas.audit import audit, limits_of
from atlas.audit.read_back import STOCK, Written, read_table, read_written
from atlas.audit.site import site_faults
from atlas.plan import secrecy_rules

WORDS = {(0, 1): "non atteint", (1, 1): "atteint"}


@pytest.fixture(scope="module")
def partners(readings_build, tmp_path_factory) -> Path:
    """The partners' edition of the commune, that tests may change and put back, beside the evidence of its build."""
    build = tmp_path_factory.mktemp("apports") / "atlas"
    shutil.copytree(readings_build, build)
    return build / "partenaire"


@pytest.fixture(scope="module")
def sound(partners) -> tuple[Written, dict[str, pd.DataFrame]]:
    """What its GeoPackage tells, of which no sheet says otherwise before anything is changed."""
    held = read_written(partners), {STOCK: read_table(partners, STOCK)}
    assert len(names := sheets_of(partners)) > 20
    assert not list(site_faults(names, *held))
    return held


def sheets_of(edition: Path) -> list[str]:
    """Name the sheets of the residences of an edition."""
    return [f"residences/{path.name}" for path in sorted((edition / "residences").glob("*.html"))]


@contextmanager
def spoilt(edition: Path, found: str, put: str) -> Iterator[str]:
    """Write something else on the first sheet that holds what is looked for, and give its name."""
    for name in sheets_of(edition):
        text = (edition / name).read_text("utf-8")
        other, changed = re.subn(found, put, text, count=1)
        if changed:
            break
    else:
        pytest.fail(f"no sheet holds {found}")
    (edition / name).write_text(other, "utf-8")
    try:
        yield name
    finally:
        (edition / name).write_text(text, "utf-8")


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
def test_a_contribution_that_the_files_do_not_give_is_refused(partners, sound, found, put, said):
    with spoilt(partners, found, put) as name:
        ((page, what, _, _),) = site_faults([name], *sound)
    assert page == name and said in what


def test_an_edition_with_such_a_sheet_is_refused_by_its_whole_audit(partners):
    """A masked rate said to reach its threshold: what sheets are found to say is a reason of the audit."""
    with spoilt(partners, r'(data-colonne="atteints">)inconnu<', r"\1atteint<") as name:
        verdict = audit(partners, limits_of(secrecy_rules()), measured=False)
    assert not verdict.safe
    assert any(name in one and "apport que les fichiers ne redonnent pas" in one for one in verdict.reasons)
