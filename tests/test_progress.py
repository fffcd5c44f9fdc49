"""What a build says of itself as it goes: the step, which of how many, and no more than is known of the rest."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from atlas.cli.building import _former, progress
from atlas.progress import Course, span, steps_of

ATLAS = "from atlas.cli import main; main()"
ROOT = Path(__file__).parent.parent


class Time:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def course(before=None, steps=("lecture", "comptage", "audit")):
    clock = Time()
    return clock, Course(steps, before, clock)


BEFORE = {"lecture": 10.0, "comptage": 60.0, "audit": 30.0}


def test_without_a_former_build_no_share_and_no_time_left_are_told():
    clock, way = course()
    assert way.told() == "préparation… · 0 s"
    clock.now = 2
    way("lecture")
    clock.now = 75
    way("comptage")
    assert way.told() == "étape 2 sur 3 · comptage · 1 min 15 s"


@pytest.mark.parametrize("before", [{}, {"lecture": 10.0, "comptage": 60.0}, dict.fromkeys(BEFORE, 0.0)])
def test_a_former_build_that_does_not_know_every_step_gives_no_share(before):
    clock, way = course(before)
    way("lecture")
    clock.now = 5
    assert "%" not in way.told() and "reste" not in way.told()


def test_shares_are_those_of_the_former_build_and_the_time_left_follows_the_pace_of_this_one():
    clock, way = course(BEFORE)
    clock.now = 3  # what comes before the first step is of neither build's steps
    way("lecture")
    clock.now = 8
    assert way.told() == "étape 1 sur 3 · lecture · 8 s · 5 % · reste environ 2 min 00 s", (
        "nothing has ended: the pace is that of the former build, 95 s"
    )
    clock.now = 23  # 20 s in the place of 10: all takes twice as long
    way("comptage")
    assert way.told() == "étape 2 sur 3 · comptage · 23 s · 10 % · reste environ 3 min 00 s"
    clock.now = 83
    assert way.told() == "étape 2 sur 3 · comptage · 1 min 23 s · 40 % · reste environ 2 min 00 s"


def test_a_step_that_lasts_never_tells_what_follows_it_as_done():
    clock, way = course(BEFORE)
    way("lecture")
    clock.now = 10
    way("comptage")
    clock.now = 500
    assert way.told().endswith("70 % · reste environ 30 s")
    way("audit")
    clock.now = 5000
    assert way.told().endswith("100 % · touche à sa fin")


def test_shares_never_go_back_while_a_build_follows_its_steps():
    clock, way = course(BEFORE)
    shares = []
    for step, lasts in (("lecture", 4), ("comptage", 200), ("audit", 12)):
        way(step)
        for _ in range(10):
            clock.now += lasts / 10
            shares.append(int(re.search(r"(\d+) %", way.told())[1]))
    assert shares == sorted(shares) and shares[-1] <= 100 and len(set(shares)) > 5


def test_a_length_of_time_is_written_as_one_says_it():
    assert [span(value) for value in (0, 59.9, 60, 3599, 3600)] == [
        "0 s",
        "59 s",
        "1 min 00 s",
        "59 min 59 s",
        "1 h 00 min",
    ]


@pytest.mark.parametrize(
    "told", ["", "[]", "{}", '{"territoire": "Essai"}', '{"territoire": "Ailleurs", "durees_s": {"comptage": 1.0}}']
)
def test_a_former_output_that_is_not_of_this_territory_or_cannot_be_read_tells_nothing(told, small_territory, tmp_path):
    (tmp_path / "bilan.json").write_text(told, "utf-8")
    assert _former(tmp_path, small_territory) == {} == _former(tmp_path / "absente", small_territory)


def shown(run) -> str:
    """What a pseudo-terminal receives on its error stream while ``run`` writes there."""
    seen, main_end = [], None
    main_end, other_end = pty.openpty()

    def read():
        try:
            while data := os.read(main_end, 4096):
                seen.append(data)
        except OSError:
            return  # the other end is closed

    reader = threading.Thread(target=read)
    reader.start()
    try:
        run(other_end)
    finally:
        os.close(other_end)
        reader.join(timeout=60)
        os.close(main_end)
    return b"".join(seen).decode("utf-8")


def test_a_terminal_shows_the_step_and_a_pipe_nothing(monkeypatch):
    def run(end):
        with open(end, "w", encoding="utf-8", closefd=False) as stream:
            monkeypatch.setattr(sys, "stderr", stream)
            with progress(Course(("lecture [brute]", "comptage"))) as say:
                say("lecture [brute]")
                threading.Event().wait(0.6)  # it is shown a few times per second
                say("comptage")
                threading.Event().wait(0.6)

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    told = shown(run)
    assert "étape 1 sur 2 · lecture [brute]" in told and "étape 2 sur 2 · comptage" in told
    quiet = io.StringIO()
    monkeypatch.setattr(sys, "stderr", quiet)
    with progress(Course(("comptage",))) as say:
        say("comptage")
    assert quiet.getvalue() == ""


def test_a_build_tells_on_a_terminal_what_its_former_output_says(small_territory, tmp_path):
    output, editions = tmp_path / "atlas", ("interne", "public")
    asked = [option for name in editions for option in ("--edition", name)]
    before = dict.fromkeys(steps_of(editions), 2.0)
    output.mkdir()
    name = re.search(r'nom = "(.*)"', small_territory.read_text("utf-8"))[1]
    (output / "bilan.json").write_text(json.dumps({"territoire": name, "durees_s": before}), "utf-8")
    command = [sys.executable, "-c", ATLAS, "build", str(small_territory), "--sortie", str(output), *asked]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"}
    told = shown(
        lambda end: subprocess.run(command, stdout=subprocess.DEVNULL, stderr=end, env=environment, check=True)
    )
    assert re.search(r"étape \d sur 9 · .* · \d+ s · \d+ % · reste environ ", told), told
    assert {int(number) for number in re.findall(r"étape (\d) sur 9", told)} >= {1, 8, 9}
    durations = json.loads((output / "bilan.json").read_text("utf-8"))["durees_s"]
    assert tuple(durations) == steps_of(editions), "the next build is told by this one"
