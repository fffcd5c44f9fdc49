"""Writing beside and swapping: whatever stops a build, the previous output is whole; nothing foreign is erased."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from atlas import output as module
from atlas.errors import AtlasError
from atlas.output import MARK, staged

FILES = 40


def build(target: Path, content: str) -> None:
    """Write what a build writes: many files in folders, the mark last."""
    with staged(target) as folder:
        fill(folder, content)


def fill(folder: Path, content: str) -> None:
    for number in range(FILES):
        file = folder / "interne" / f"{number}.html"
        file.parent.mkdir(exist_ok=True)
        file.write_text(content, "utf-8")
    (folder / MARK).write_text("{}", "utf-8")


def read(target: Path) -> set[str]:
    """The contents found: one when the output is whole."""
    files = sorted((target / "interne").iterdir())
    assert len(files) == FILES and (target / MARK).is_file()
    return {file.read_text("utf-8") for file in files}


def left_beside(target: Path) -> list[str]:
    return [path.name for path in target.parent.iterdir() if path != target]


def test_the_new_output_takes_the_place_of_the_old_one_whole(tmp_path):
    target = tmp_path / "atlas"
    build(target, "un")
    (target / "interne" / "ancien.html").write_text("gone", "utf-8")
    build(target, "deux")
    assert read(target) == {"deux"}
    assert left_beside(target) == []


def test_nothing_is_visible_before_the_end(tmp_path):
    target = tmp_path / "deep" / "er" / "atlas"
    with staged(target) as folder:
        fill(folder, "un")
        assert not target.exists()
        assert folder.parent == target.parent
    assert read(target) == {"un"}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError(), KeyboardInterrupt()])
def test_a_full_disk_or_an_interruption_leaves_the_previous_output_whole(tmp_path, error):
    target = tmp_path / "atlas"
    build(target, "un")
    with pytest.raises(type(error)), staged(target) as folder:
        (folder / "half.html").write_text("half", "utf-8")
        raise error
    assert read(target) == {"un"}
    assert left_beside(target) == []


def test_a_first_build_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(OSError), staged(tmp_path / "atlas"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


KILLED = """
    import os, sys, time
    from pathlib import Path
    from atlas import output
    from atlas.output import MARK, staged

    target, when = Path(sys.argv[1]), sys.argv[2]
    wait = lambda: (print("ready", flush=True), time.sleep(60))
    if when == "after-exchange":
        real = output._exchanged
        output._exchanged = lambda one, other: (real(one, other), wait())
    elif when == "between-renames":
        output._exchanged = lambda one, other: False
        real_rename = Path.rename
        def rename(self, other):
            real_rename(self, other)
            if self == target:
                wait()
        Path.rename = rename
    with staged(target) as folder:
        (folder / "interne").mkdir()
        for number in range(40):
            (folder / "interne" / f"{number}.html").write_text("deux")
            if when == "while-writing" and number == 20:
                wait()
        (folder / MARK).write_text("{}")
"""


@pytest.mark.parametrize(
    ("when", "expected"), [("while-writing", "un"), ("after-exchange", "deux"), ("between-renames", "un")]
)
def test_a_build_killed_at_any_moment_leaves_an_output_whole(tmp_path, when, expected):
    target = tmp_path / "atlas"
    build(target, "un")
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(target), when]
    root = Path(module.__file__).parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    if when != "between-renames":
        assert read(target) == {expected}, "whole before anything repairs it"
    # The next build repairs what is left, even if it then fails itself.
    with pytest.raises(OSError), staged(target):
        raise OSError
    assert read(target) == {expected}
    build(target, "trois")
    assert read(target) == {"trois"}
    assert left_beside(target) == []


@pytest.mark.parametrize("foreign", ["folder", "file", "hidden", "mark-folder"])
def test_what_the_atlas_did_not_write_is_never_erased(tmp_path, foreign):
    target = tmp_path / "documents"
    if foreign == "file":
        target.write_text("précieux", "utf-8")
    else:
        target.mkdir()
        kept = {"folder": "thèse.odt", "hidden": ".gitignore", "mark-folder": f"{MARK}/x"}[foreign]
        (target / kept).parent.mkdir(exist_ok=True)
        (target / kept).write_text("précieux", "utf-8")
    with pytest.raises(AtlasError, match="SORTIE-OCCUPEE") as caught, staged(target):
        pytest.fail("the build must not begin")
    assert "documents existe et n'est pas une sortie" in str(caught.value)
    assert left_beside(target) == []
    assert target.is_file() or any(target.iterdir())


def test_an_empty_folder_may_be_taken(tmp_path):
    target = tmp_path / "atlas"
    target.mkdir()
    build(target, "un")
    assert read(target) == {"un"}


def test_where_the_system_cannot_exchange_two_renames_do(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_exchanged", lambda one, other: False)
    target = tmp_path / "atlas"
    build(target, "un")
    build(target, "deux")
    assert read(target) == {"deux"}
    assert left_beside(target) == []


def test_a_swap_that_fails_half_way_puts_the_previous_output_back(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_exchanged", lambda one, other: False)
    target = tmp_path / "atlas"
    build(target, "un")
    real = Path.rename

    def rename(self: Path, other: Path) -> Path:
        if "en-cours" in self.name:
            raise OSError(5, "Input/output error")
        return real(self, other)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError):
        build(target, "deux")
    assert read(target) == {"un"}
    assert left_beside(target) == []


def test_an_unfinished_folder_of_a_living_build_is_left_and_of_a_dead_one_removed(tmp_path):
    target = tmp_path / "atlas"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        living = tmp_path / f".atlas.en-cours-{other.pid}"
        living.mkdir()
        build(target, "un")
        assert living.is_dir()
        other.communicate()
    build(target, "deux")
    assert left_beside(target) == []


def test_an_unfinished_folder_under_our_own_number_is_no_obstacle(tmp_path):
    """In a container every build has the same process number as the one that was killed before it."""
    target = tmp_path / "atlas"
    (tmp_path / f".atlas.en-cours-{os.getpid()}" / "interne").mkdir(parents=True)
    build(target, "un")
    assert read(target) == {"un"}
    assert left_beside(target) == []


def test_a_folder_that_only_looks_unfinished_is_left_alone(tmp_path):
    (tmp_path / ".atlas.en-cours-de-relecture").mkdir()
    build(tmp_path / "atlas", "un")
    assert left_beside(tmp_path / "atlas") == [".atlas.en-cours-de-relecture"]


def test_a_link_to_an_output_keeps_pointing_to_it(tmp_path):
    real, link = tmp_path / "disque" / "atlas", tmp_path / "atlas"
    build(real, "un")
    link.symlink_to(real)
    build(link, "deux")
    assert link.is_symlink()
    assert read(real) == read(link) == {"deux"}
    assert left_beside(real) == []


BUILDER = """
    import sys
    from pathlib import Path
    from atlas.output import MARK, staged

    target, content = Path(sys.argv[1]), sys.argv[2]
    for _ in range(15):
        with staged(target) as folder:
            (folder / "interne").mkdir()
            for number in range(40):
                (folder / "interne" / f"{number}.html").write_text(content)
            (folder / MARK).write_text("{}")
"""


def test_builds_at_the_same_time_leave_one_of_them_whole(tmp_path):
    target = tmp_path / "atlas"
    root = Path(module.__file__).parent.parent
    command = [sys.executable, "-c", textwrap.dedent(BUILDER), str(target)]
    builders = [subprocess.Popen([*command, name], cwd=root, stderr=subprocess.PIPE) for name in ("un", "deux")]
    errors = [builder.communicate()[1].decode() for builder in builders]
    assert errors == ["", ""]
    assert len(read(target)) == 1
    assert left_beside(target) == []


def test_a_reader_always_finds_an_output_while_builds_follow_one_another(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    if not module._exchanged(tmp_path / "one", tmp_path / "other"):
        pytest.skip("this system or this disk cannot exchange two folders in one step")
    target, absent, over = tmp_path / "atlas", [], threading.Event()
    build(target, "un")

    def watch() -> None:
        while not over.is_set():
            if not (target / MARK).is_file():
                absent.append(1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(20):
        build(target, str(number))
    over.set()
    watcher.join()
    assert not absent
