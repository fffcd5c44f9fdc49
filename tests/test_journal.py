"""The journal of a build: each step and what it took, however the build ended; never where it would be handed over."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from atlas import __version__
from atlas.cli import app
from atlas.errors import AtlasError, Fault
from atlas.journal import journal
from atlas.progress import steps_of

MEASURED = {"secondes", "secondes_processeur", "secondes_processeur_enfants", "memoire_max_mo"}


def read(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def steps(path: Path) -> list[str]:
    return [one["etape"] for one in read(path)["etapes"]]


def test_a_build_keeps_its_journal(small_territory, tmp_path):
    kept, output = tmp_path / "journal.json", tmp_path / "atlas"
    words = ["build", str(small_territory), "--sortie", str(output), "--edition", "interne", "--journal", str(kept)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    told = read(kept)
    assert steps(kept) == ["préparation", *steps_of(["interne"])]
    assert (told["etat"], told["defauts"], told["editions"], told["version"]) == (
        "construit",
        [],
        ["interne"],
        __version__,
    )
    assert told["territoire"] == read(output / "bilan.json")["territoire"] and told["fichier"] == small_territory.name
    assert datetime.fromisoformat(told["date"]).utcoffset() is not None
    for one in (*told["etapes"], told["totaux"]):
        assert set(one) - {"etape"} == MEASURED and all(one[name] >= 0 for name in MEASURED)
    for name in MEASURED - {"memoire_max_mo"}:
        assert sum(one[name] for one in told["etapes"]) == pytest.approx(told["totaux"][name], abs=0.1), name
    peaks = [one["memoire_max_mo"] for one in told["etapes"]]
    assert peaks == sorted(peaks) and peaks[0] > 20 and peaks[-1] == told["totaux"]["memoire_max_mo"]
    assert told["totaux"]["secondes_processeur"] > 0.1
    assert not [path for path in output.rglob("*") if path.is_file() and b"secondes_processeur" in path.read_bytes()]
    assert {path.name for path in tmp_path.iterdir()} == {"atlas", "journal.json"}
    with kept.open(encoding="utf-8") as former:
        assert CliRunner().invoke(app, [*words[:-4], "--edition", "inconnue", "--journal", str(kept)]).exit_code == 1
        assert json.load(former) == told, "swapped, not written over"
    assert (read(kept)["etat"], read(kept)["defauts"]) == ("refusé", ["EDITION-INCONNUE"])


def test_a_build_refused_half_way_says_how_far_it_went(small_territory, tmp_path):
    kept = tmp_path / "journal.json"
    words = ["build", str(small_territory), "--sortie", str(tmp_path / "s"), "--edition", "bailleur-inconnu"]
    assert CliRunner().invoke(app, [*words, "--journal", str(kept)]).exit_code == 1
    assert read(kept)["etat"] == "refusé" and read(kept)["defauts"]
    assert steps(kept) == ["préparation", *steps_of([])[:-1]] and not (tmp_path / "s").exists()


def test_the_demo_keeps_one_too(monkeypatch, tmp_path):
    monkeypatch.setattr("atlas.pipeline.build", lambda path, output, *_, **__: output)
    kept = tmp_path / "journal.json"
    done = CliRunner().invoke(app, ["demo", "--sortie", str(tmp_path / "s"), "--journal", str(kept)])
    assert done.exit_code == 0, done.output
    assert read(kept)["etat"] == "construit" and read(kept)["fichier"] == "territoire.toml"
    assert read(kept)["editions"] == ["interne", "partenaire"] and read(kept)["territoire"]


@pytest.mark.parametrize(
    ("error", "state", "codes"),
    [
        (AtlasError([Fault("A-UN", "a", "b", "c"), Fault("A-UN", "d", "e", "f")]), "refusé", ["A-UN"]),
        (KeyboardInterrupt(), "interrompu", []),
        (MemoryError(), "interrompu", []),
    ],
)
def test_however_a_build_ends_its_journal_says_it(tmp_path, error, state, codes):
    kept = tmp_path / "journal.json"

    def build():
        with journal(kept, tmp_path / "s", tmp_path / "absent.toml", ["interne"]) as note:
            assert (read(kept)["etat"], steps(kept)) == ("en cours", ["préparation"])
            note("comptage")
            assert (read(kept)["etat"], steps(kept)) == ("en cours", ["préparation", "comptage"]), (
                "killed, it would say so"
            )
            raise error

    with pytest.raises(type(error)):
        build()
    told = read(kept)
    assert (told["etat"], told["defauts"], told["territoire"]) == (state, codes, None)
    assert steps(kept) == ["préparation", "comptage"] and [path.name for path in tmp_path.iterdir()] == ["journal.json"]


def test_the_processor_time_of_ended_children_is_told_apart(tmp_path):
    import subprocess
    import sys

    kept = tmp_path / "journal.json"
    with journal(kept, tmp_path / "s", tmp_path / "t.toml", []) as note:
        note("seul")
        note("à deux")
        subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)
    alone, together = read(kept)["etapes"][1:]
    assert alone["secondes_processeur_enfants"] == 0 < together["secondes_processeur_enfants"]


def refusal(path: Path, output: Path) -> str:
    with pytest.raises(AtlasError) as caught, journal(path, output, output / "t.toml", []):
        pytest.fail("the build began")
    (fault,) = caught.value.faults
    assert "--journal" in fault.remedy
    return fault.code


def test_a_journal_never_goes_in_an_output_or_an_edition(tmp_path):
    output, handed, former = tmp_path / "atlas", tmp_path / "remis" / "partenaire", tmp_path / "ancien"
    for folder, mark in (
        (output, None),
        (handed / "tableaux", None),
        (handed, "manifeste.json"),
        (former, "bilan.json"),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        if mark:
            (folder / mark).write_text("{}", "utf-8")
    link = tmp_path / "lien"
    link.symlink_to(output)
    inside = [output, output / "journal.json", output / "interne" / "journal.json", link / "journal.json"]
    inside += [handed / "journal.json", handed / "tableaux" / "journal.json", former / "journal.json"]
    before = sorted(tmp_path.rglob("*"))
    assert {refusal(path, output) for path in inside} == {"JOURNAL-SORTIE"}
    assert refusal(output / "journal.json", link) == "JOURNAL-SORTIE"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_journal_takes_the_place_of_nothing_else(tmp_path):
    territory = tmp_path / "territoire.toml"
    territory.write_text("[territoire]", "utf-8")
    (tmp_path / "autre.json").write_text('{"etapes": []}', "utf-8")
    refused = tmp_path / "atlas-refus.json"  # where a build that its audit refuses lists why
    for path in (territory, tmp_path, tmp_path / "autre.json", tmp_path / "absent" / "journal.json", refused):
        assert refusal(path, tmp_path / "atlas") == "JOURNAL-OCCUPE"
    assert territory.read_text("utf-8") == "[territoire]"


def test_without_the_option_nothing_is_written(tmp_path):
    with journal(None, tmp_path / "s", tmp_path / "t.toml", []) as note:
        note("comptage")
    assert list(tmp_path.iterdir()) == []
