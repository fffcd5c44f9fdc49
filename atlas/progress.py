"""The clock of a build, which tells each step as it begins and keeps how long each took; and how far the build is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from time import perf_counter

_TOLD = 0.1  # share of the former build from which its pace and that of this one are compared


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

    def stop(self) -> dict[str, float]:
        """End the current step, and give the duration of all."""
        now = perf_counter()
        if self._step:
            self.seconds[self._step] = round(now - self._since, 3)
        self._step, self._since = "", now
        return self.seconds


def steps_of(editions: Sequence[str]) -> tuple[str, ...]:
    """List the steps of a build, as :mod:`atlas.pipeline` tells them.

    >>> steps_of(["interne", "public"])[5:]
    ('secret statistique', 'édition interne', 'édition public', 'audit et bilan')
    """
    reading = ("lecture des sources", "appariement des adresses", "position dans les zones")
    counting = ("regroupement en résidences", "comptage", "secret statistique")
    return *reading, *counting, *(f"édition {name}" for name in dict.fromkeys(editions)), "audit et bilan"


class Course:
    """How far a build is, and what is left of it if the former one says so; call it with each step as it begins.

    Parameters
    ----------
    steps : sequence of str
        The steps to come, in order; none where they are not known.
    before : mapping of float
        Seconds that each took in a former build. Unless it knows them all, no share and no time left is told.
    now : callable
        The clock, in seconds.
    """

    def __init__(
        self,
        steps: Sequence[str] = (),
        before: Mapping[str, float] | None = None,
        now: Callable[[], float] = perf_counter,
    ) -> None:
        known = before or {}
        self._before = [known[step] for step in steps if step in known]
        self._usable = bool(steps) and len(self._before) == len(steps) and sum(self._before) > 0
        self._count, self._now = len(steps), now
        self._step, self._ended, self._start = "préparation", -1, now()
        self._first = self._since = self._start

    def __call__(self, step: str) -> None:
        """Begin a step, ending the one before."""
        self._since = self._now()
        self._step, self._ended = step, self._ended + 1
        if not self._ended:
            self._first = self._since

    def told(self) -> str:
        """Say the step, which one it is, the time since the build began; the share done and the time left if known.

        >>> clock = iter([0, 2, 12, 22])
        >>> course = Course(["lecture", "calcul"], {"lecture": 20, "calcul": 60}, lambda: next(clock))
        >>> course("lecture"); course("calcul"); course.told()
        'étape 2 sur 2 · calcul · 22 s · 50 % · reste environ 20 s'
        """
        now = self._now()
        told = [f"{self._step}…", f"{span(now - self._start)}"]
        if self._count and 0 <= self._ended < self._count:
            told = [f"étape {self._ended + 1} sur {self._count}", self._step, told[1], *self._estimated(now)]
        return " · ".join(told)

    def _estimated(self, now: float) -> list[str]:
        """Say the share done and the time left: as the former build had them, at the pace of this one once it shows."""
        if not self._usable:
            return []
        whole, behind = sum(self._before), sum(self._before[: self._ended])
        pace = (self._since - self._first) / behind if behind >= _TOLD * whole else 1.0
        # A step that lasts longer than it should is taken to be about to end: what follows it is still to come.
        done = behind + min((now - self._since) / pace if pace else 0.0, self._before[self._ended])
        left = (whole - done) * pace
        return [f"{100 * done / whole:.0f} %", f"reste environ {span(_about(left))}" if left > 0 else "touche à sa fin"]


def _about(seconds: float) -> int:
    """Round up what is only guessed: to 5 seconds, to 30 above a minute."""
    grain = 5 if seconds <= 60 else 30
    return ceil(seconds / grain) * grain


def span(seconds: float) -> str:
    """Write a length of time.

    >>> span(4.2), span(125), span(3725)
    ('4 s', '2 min 05 s', '1 h 02 min')
    """
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    return f"{minutes} min {whole % 60:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
