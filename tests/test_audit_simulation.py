"""The audit reads back the form of sheets, its script, and the targets of quarters: whatever is changed is found."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from atlas.audit import read_written
from atlas.audit.other_files import geopackage
from atlas.audit.simulated import script_faults
from atlas.audit.site import site_faults


@pytest.fixture(scope="module")
def copied(demo_build, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("copie") / "partenaire"
    shutil.copytree(demo_build / "partenaire", folder)
    return folder


def faults(folder: Path, name: str) -> list[str]:
    written = read_written(folder)
    return [
        f"{what} ({example})" for _, what, _, example in site_faults([name], written, geopackage(folder / "atlas.gpkg"))
    ]


SHEET = {
    "a figure of its own": (r'"inf40":\["(\d+) %",([\d.]+)', r'"inf40":["\1 %",\g<2>5'),
    "another label": (r'"chiffres":\{"(\w+)":\["', r'"chiffres":{"\1":["1'),
    "another size": (r'"menages":\d+', '"menages":999'),
    "another level": (r'"niveau":"[^"]*"', '"niveau":"modeste"'),
    "what nothing reads": (r'"effectifs":false', '"effectifs":false,"menage":"Dupont"'),
    "another residence": (r'"simulation":\{"id":"[^"]*"', '"simulation":{"id":"ailleurs"'),
}


@pytest.mark.parametrize("change", SHEET)
def test_a_form_that_carries_anything_else_is_refused(copied, change):
    pattern, other = SHEET[change]
    for path in sorted((copied / "residences").glob("*.html")):
        text = path.read_text("utf-8")
        if not (re.search(pattern, text) and re.search(r'"inf40":\["\d+ %"', text)):
            continue
        name = f"residences/{path.name}"
        assert not faults(copied, name)
        path.write_text(re.sub(pattern, other, text, count=1), "utf-8")
        try:
            assert any("simulation qui porte autre chose" in one for one in faults(copied, name))
        finally:
            path.write_text(text, "utf-8")
        return
    pytest.fail("no sheet to change")


QUARTER = {
    "another number of households": (r'(data-vise="[^"]* menages">)\D*\d+', r"\g<1>7"),
    "another share": (r'(data-vise="[^"]* 2">)\d+', r"\g<1>1"),
    "another verdict": (r'(data-vise="[^"]* verdict">.*?)\d+', r"\g<1>3"),
    "a longer bar": (r'width="[\d.]+"([^>]*data-vise="[^"]* 1")', r'width="17"\1'),
}


@pytest.mark.parametrize("change", QUARTER)
def test_a_target_that_the_geopackage_does_not_give_is_refused(copied, change):
    pattern, other = QUARTER[change]
    path = next(one for one in sorted((copied / "quartiers").glob("QN*.html")) if "data-vise" in one.read_text("utf-8"))
    name, text = f"quartiers/{path.name}", path.read_text("utf-8")
    assert not faults(copied, name) and re.search(pattern, text)
    path.write_text(re.sub(pattern, other, text, count=1), "utf-8")
    try:
        assert any("objectif que le GeoPackage ne donne pas" in one for one in faults(copied, name))
    finally:
        path.write_text(text, "utf-8")


def test_a_script_holds_rules_and_the_program_alone(copied, tmp_path):
    written, path = read_written(copied), copied / "simulation.js"
    text = path.read_text("utf-8")
    assert not list(script_faults(path, written))
    unit = written.units["residences"]["id"].iloc[0]
    for other in (
        text.replace('"effectif":', '"taux":37.4,"effectif":'),
        text.replace('"effectif":11', '"effectif":23'),
        text.replace('"seul":"', f'"seul":"{unit} '),
        text + "\nconst plus = 1;\n",
        "alert(1);",
    ):
        changed = tmp_path / "simulation.js"
        changed.write_text(other, "utf-8")
        assert list(script_faults(changed, written)), other[:80]
