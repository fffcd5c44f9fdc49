"""Time and peak memory of each step of a process, and the results that another process compares."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Clock:
    """Times named steps: ``steps[name]`` is (seconds, processor seconds, peak resident memory in MB).

    Processor seconds add the threads up and hardly feel what else the machine does: they are the figure to compare on
    a machine that is shared.
    """

    def __init__(self) -> None:
        self.steps: dict[str, tuple[float, float, float]] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time a block."""
        _forget_peak()
        start, worked = time.perf_counter(), time.process_time()
        yield
        self.steps[name] = (time.perf_counter() - start, time.process_time() - worked, peak_memory())


def peak_memory() -> float:
    """Peak resident memory of this process in MB since the last :func:`_forget_peak` where the system allows it."""
    if _STATUS.exists():
        lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def _forget_peak() -> None:
    """Start a new peak (Linux); elsewhere the peak of a step is that of the process so far."""
    try:
        _RESET.write_text("5")
    except OSError:
        return


def main(work: Callable[[Path, Path, Clock], Mapping[str, pd.DataFrame]]) -> None:
    """Run one implementation on ``argv[1]``, write its results and its times into ``argv[2]``."""
    source, results = Path(sys.argv[1]), Path(sys.argv[2])
    results.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    tables = work(source, results, clock)
    (results / "steps.json").write_text(json.dumps(clock.steps))
    for name, table in tables.items():
        table.to_parquet(results / f"{name}.parquet")
