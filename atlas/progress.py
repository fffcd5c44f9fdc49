"""The clock of a build: tells each step as it begins and keeps how long each took."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter


class Clock:
    """Call it with the French name of each step; ``seconds`` holds the duration of those that ended."""

    def __init__(self, say: Callable[[str], None] = lambda step: None) -> None:
        self.seconds: dict[str, float] = {}
        self._say, self._step, self._since = say, "", perf_counter()

    def __call__(self, step: str) -> None:
        """Begin a step, ending the one before."""
        self.stop()
        self._step = step
        self._say(step)

    def stop(self) -> None:
        """End the current step."""
        now = perf_counter()
        if self._step:
            self.seconds[self._step] = round(now - self._since, 3)
        self._step, self._since = "", now
