"""The yearly list of a masked edition: what it must not tell is found by the audit, and is in no byte of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from atlas.audit import audit
from atlas.audit.gate import limits_of
from atlas.audit.other_files import remarks_on
from atlas.audit.read_back import GEOPACKAGE, read_written
from atlas.audit.site import site_faults
from atlas.audit.table_files import geopackage
from atlas.pipeline import build
from atlas.plan import secrecy_rules
from atlas.publish.manifest import signed_again
from tests.test_canary import contents

EDITIONS = ("interne", "partenaire", "public", "bailleur-logis-du-val")
CANARIES = ("Canarimotif", "Canarireservataire", "987654321")
PAGE, BOOK = "convention.html", "tableaux/convention.xlsx"


@pytest.fixture(scope="module")
def built(small_territory, tmp_path_factory):
    """A small territory with enough decisions at one address for its rates to be published, and canaries in each."""
    place = tmp_path_factory.mktemp("convention")
    shutil.copytree(small_territory.parent, place / "base")
    homes = ["A3"] * 40 + ["A4"] * 3
    rows = {
        "annee": "2022",
        "trimestre": "1",
        "bailleur": "Logis du Val",
        "id_adresse": homes,
        "en_qpv": "non",
        "quartile": [str(1 + rank % 4) for rank in range(len(homes))],
        "reservataire": CANARIES[1],
        "public_prioritaire": ["oui" if rank % 3 else "non" for rank in range(len(homes))],
        "ressources_annuelles": CANARIES[2],
        "issue": ["refus" if rank % 4 == 3 else "bail signé" for rank in range(len(homes))],
        "motif_refus": CANARIES[0],
    }
    pd.DataFrame(rows).to_csv(place / "base" / "attributions.csv", sep=";", index=False)
    return build(place / "base" / "territoire.toml", place / "atlas", EDITIONS)


@pytest.fixture
def edition(built, tmp_path) -> Path:
    """The partners' edition, to be spoilt, beside the evidence of its build."""
    shutil.copytree(built, tmp_path / "atlas")
    return tmp_path / "atlas" / "partenaire"


def said_of(folder: Path, *changed: str) -> str:
    """Say what the audit finds in the files of an edition, once its manifest owns those that were changed."""
    for name in changed:
        signed_again(folder, folder / name)
    return "\n".join(map(str, remarks_on(read_written(folder))))


def planted(folder: Path, find: str, put: str) -> str:
    """Say what the audit finds in the page of the list, of which nothing is said before something is planted there."""
    page, written, tables = folder / PAGE, read_written(folder), geopackage(folder / GEOPACKAGE)
    text = page.read_text("utf-8")
    assert find in text and not list(site_faults([PAGE], written, tables))
    page.write_text(text.replace(find, put, 1), "utf-8")
    return "\n".join(what for _, what, _, _ in site_faults([PAGE], written, tables))


def test_the_list_of_every_masked_edition_passes(built):
    for name in EDITIONS[1:]:
        assert (built / name / PAGE).is_file() and (built / name / BOOK).is_file()
        assert PAGE not in said_of(built / name)


def test_a_canary_of_the_attributions_is_in_no_byte_of_a_masked_edition(built):
    for name in ("partenaire", "public"):
        held = [(file, one) for file, raw in contents(built / name) for one in CANARIES if one.encode() in raw]
        assert not held


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("<td", "<td>37 %</td><td", "pourcentage que le GeoPackage ne publie pas"),
        ("<td", "<td>3 refus</td><td", "chiffre ou mot que rien ne rattache au GeoPackage"),
        ("<td", '<td><b title="3">3</b></td><td', "chiffre ou mot que rien ne rattache au GeoPackage"),
        ("<td", "<td><span data-somme='{}'>3</span></td><td", "somme que le GeoPackage ne donne pas"),
        (
            "<td",
            '<td><span data-somme="{&quot;table&quot;: &quot;residences&quot;, &quot;compte&quot;: '
            '&quot;n_attr_refus&quot;, &quot;ou&quot;: {}}">3</span></td><td',
            "somme que le GeoPackage ne donne pas",
        ),
        (
            "<td",
            '<td><span data-unite="adresses" data-id="A4" data-campagne="2022" data-indicateur="attr_refus">33 %</span>'
            "</td><td",
            "chiffre autre que celui du GeoPackage",
        ),
    ],
)
def test_a_hidden_value_written_in_the_list_is_refused(edition, find, put, said):
    assert said in planted(edition, find, put)


def test_a_sum_that_is_not_that_of_its_rows_is_refused(edition):
    text = (edition / PAGE).read_text("utf-8")
    start = text.index("data-somme")
    close = text.index("</span>", start)
    number = text[text.rindex(">", start, close) + 1 : close]
    spoilt = text[:close].removesuffix(number) + str(int(number) + 1) + text[close:]
    (edition / PAGE).write_text(spoilt, "utf-8")
    assert "somme que le GeoPackage ne donne pas" in said_of(edition, PAGE)
    verdict = audit(edition, limits_of(secrecy_rules()), measured=False)
    assert not verdict.safe and any(PAGE in one for one in verdict.reasons)


@pytest.mark.parametrize("value", [3, "33 %", "secret, 1 bail sur 3"])
def test_a_hidden_value_written_in_the_workbook_is_refused(edition, value):
    book = openpyxl.load_workbook(edition / BOOK)
    sheet = book["communes-attributions"]
    sheet.cell(2, 3).value = value
    book.save(edition / BOOK)
    assert "nombre que ni la page ni le GeoPackage ne donnent" in said_of(edition, BOOK)


def test_reasons_transfers_and_holders_are_those_of_the_decisions_and_of_the_internal_edition_alone(built):
    sheets = pd.read_excel(built / "interne" / BOOK, sheet_name=None, engine="openpyxl")
    assert sheets["refus-motifs"].iloc[0].tolist()[:2] == [CANARIES[0], 10]
    assert sheets["refus-residences-motifs"]["Refus"].tolist() == [10]
    assert sheets["rapport-reservataire"].to_numpy().tolist() == [[CANARIES[1], 43, 33, 10]]
    own = sheets["rapport-bailleurs"]
    held = own[own["Selon"] == "Réservataire"].to_numpy().tolist()
    assert held == [["Logis du Val", "Réservataire", CANARIES[1], 43, 33, 10]]
    assert "mutations-baux" not in sheets  # no decision tells it
    shared = pd.read_excel(built / "partenaire" / BOOK, sheet_name=None, engine="openpyxl")
    assert not {"refus-motifs", "refus-residences-motifs", "rapport-reservataire", "pression-demande"} & shared.keys()


def test_a_landlord_reads_its_own_shares_and_no_other(built):
    text = (built / "bailleur-logis-du-val" / PAGE).read_text("utf-8")
    assert "22 sur 32" not in text and "Logis du Val" in text
    assert 'data-colonne="n_' in text
    mine = text[text.index('data-marque="part-q1"') : text.index("</table>", text.index('data-marque="part-q1"'))]
    assert "Logis du Val" in mine and "Habitat Été" not in mine
    shared = (built / "partenaire" / PAGE).read_text("utf-8")
    assert "Logis du Val" not in shared[shared.index('data-marque="part-q1"') :].split("</table>")[0]
