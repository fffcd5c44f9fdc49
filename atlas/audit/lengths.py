"""The lengths of pictures: a bar tells a rate as well as its label does.

Grain in: a picture of a page. Grain out: what is wrong, with an example. A shape that stands for a figure says which
one and on which scale; its length is that of the label that the edition publishes, no finer, and there is none for a
masked figure. In a picture of figures, what stands for none is drawn in the inks of grounds: other shapes are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import inf, isclose

from atlas.audit.html import Attributes, Picture
from atlas.audit.labels import bounds_of

FIGURES, COUNTS, PLACES = "taux", "effectifs", "lieux"
_DRAWN = frozenset({"rect", "circle", "ellipse", "path", "line", "polyline", "polygon", "use"})
# Paper, tracks, rules, bands, thresholds, words and hatches: inks in which no figure is drawn.
_GROUNDS = frozenset(
    {"", "none", "#ffffff", "#e6edf4", "#c3ccd6", "#f1f5f9", "#fbeff0", "#7a1022", "#5f6570", "#1c2733"}
)
_GROUNDS |= {"#8a8f98"}
_MOVED = re.compile(r"translate\((-?[\d.]+)[ ,]+(-?[\d.]+)\)")
_NUMBER = re.compile(r"\d+(?:,\d+)?")
_YEAR = re.compile(r"(19|20)\d\d")
_PARTS = range(1, 7)  # into which a scale is cut
_ROUND = range(0, 101, 10)
_POINT = re.compile(r"(-?[\d.]+)[ ,](-?[\d.]+)")
_CLOSE, _LEAST = 0.16, 2.0  # pixels: lengths are written to the tenth; a bar of nothing is still seen
_OUTLINE = 2.05  # pixels: what outlines take from bars of counts, and the least that is seen
Label = Callable[[str, str, int, str], str | None]
Fault = tuple[str, str]


def length_faults(picture: Picture, label: Label) -> Iterator[Fault]:
    """Compare the lengths of a picture with the figures that they stand for.

    Parameters
    ----------
    label : function (kind, unit, campaign, indicator)
        Gives the label of a published figure, None for any other.
    """
    if not picture.labelled:
        if _NUMBER.search(picture.words):
            yield "nombre dans une image sans nom", picture.words.strip()[:60]
        return
    if picture.tells not in (FIGURES, COUNTS, PLACES):
        yield "image d'une nature que l'audit ne connaît pas", picture.words.strip()[:60]
    drawn = [one for one in picture.shapes if one[0] in _DRAWN]
    tops = {(float(given.get("cx", 0)), float(given.get("cy", 0))) for _, given, _ in drawn if "data-chiffre" in given}
    for tag, given, legend in drawn:
        if "data-chiffre" in given:
            yield from _false(tag, given, label)
        elif "data-courbe" in given:
            stray = [one for one in _POINT.findall(given.get("d", "")) if (float(one[0]), float(one[1])) not in tops]
            if stray:
                yield "courbe qui passe ailleurs que par ses chiffres", " ".join(stray[0])
        elif (
            "data-effectif" not in given
            and "data-vise" not in given  # computed again elsewhere
            and not legend
            and _ink(given) not in _GROUNDS
            and (picture.tells == FIGURES or (picture.tells == COUNTS and tag == "rect"))
        ):
            yield "forme qui ne dit pas quel chiffre elle montre", f"{tag} {_ink(given)}"
    if picture.tells == FIGURES:
        told = figures_of(picture, label)
        yield from (("nombre qui n'est d'aucune échelle", one) for one in _alone(picture) if one not in told)
    yield from _counted(drawn)


def _alone(picture: Picture) -> Iterator[str]:
    """List the numbers that stand alone in a picture of figures and are neither a year, a tick nor a count drawn.

    A scale on which nothing is published has round ticks.
    """
    given = [one for _, one, _ in picture.shapes]
    tops = {float(one["data-echelle"].rsplit(" ", 1)[-1]) for one in given if "data-echelle" in one}
    ticks = {top * rank / parts for top in tops for parts in _PARTS for rank in range(parts + 1)} or set(_ROUND)
    told = {one["data-effectif"] for one in given if "data-effectif" in one} | {f"{tick:.6g}" for tick in ticks}
    for line in map(str.strip, picture.words.splitlines()):
        if _NUMBER.fullmatch(line) and line.replace(",", ".") not in told and not _YEAR.fullmatch(line):
            yield line


def figures_of(picture: Picture, label: Label) -> set[str]:
    """Gather the numbers of the labels of the figures that a picture draws, and the ends of its scales."""
    told: set[str] = set()
    for _, given, _legend in picture.shapes:
        if "data-chiffre" in given:
            told |= set(_NUMBER.findall(_label(given["data-chiffre"], label) or ""))
        if "data-echelle" in given:
            told.add(given["data-echelle"].rsplit(" ", 1)[-1].replace(".", ","))
    return told


def _label(source: str, label: Label) -> str | None:
    parts = source.split(" ", 3)
    if len(parts) < 4 or not parts[1].isdecimal():
        return None
    code, campaign, kind, unit = parts
    return label(kind, unit, int(campaign), code)


def _false(tag: str, given: Attributes, label: Label) -> Iterator[Fault]:
    source = given["data-chiffre"]
    written = _label(source, label)
    if written is None:
        yield "longueur d'un chiffre qui n'est pas publié", source
        return
    low, high = _span(written)
    try:
        way, *numbers = given["data-echelle"].split(" ")
        start, end, top = map(float, numbers)
        ends = _ends(tag, given, way)
        places = [start + min(max(value / top, 0.0), 1.0) * (end - start) for value in (low, (low + high) / 2, high)]
    except (KeyError, ValueError, ZeroDivisionError):
        yield "longueur sans échelle", source
        return
    if tag == "rect":
        spans = [(start, places[0]), (places[0], places[2])]
        if low == high:
            spans.append((start, max(places[0], start + _LEAST)))
        right = any(_alike(ends, span) for span in spans)
    else:
        right = any(isclose(ends[1], place, abs_tol=_CLOSE) for place in places[:2])
    if not right:
        yield "longueur autre que celle du chiffre publié", f"{source} : {written}"


def _span(label: str) -> tuple[float, float]:
    """Read where a label stands: at its number, or over its class."""
    numbers = _NUMBER.findall(label)
    low, high, _ = bounds_of(label, 100.0 if "%" in label else inf)
    if len(numbers) == 1 and not re.search(r"[≤≥<>]|moins|plus", label):
        low = high = float(numbers[0].replace(",", "."))
    return low, high


def _ends(tag: str, given: Attributes, way: str) -> tuple[float, float]:
    """Give the two ends of a shape along its scale, a point twice."""
    moved = _MOVED.fullmatch(given.get("transform", ""))
    if given.get("transform") and not moved:
        raise ValueError(given["transform"])
    axis = 0 if way == "x" else 1
    if tag == "rect" and not moved:
        first = float(given.get("xy"[axis], 0))
        return first, first + float(given[("width", "height")[axis]])
    if tag == "circle" and not moved:
        place = float(given[("cx", "cy")[axis]])
    elif tag == "line" and not moved:
        return float(given[("x1", "y1")[axis]]), float(given[("x2", "y2")[axis]])
    elif tag == "path" and moved:
        place = float(moved[1 + axis])
    else:
        raise ValueError(tag)
    return place, place


def _alike(ends: tuple[float, float], span: tuple[float, float]) -> bool:
    return all(isclose(one, other, abs_tol=_CLOSE) for one, other in zip(ends, span, strict=True))


def _ink(given: Attributes) -> str:
    """Tell in which ink a shape is drawn: that of its outline where it is filled with paper, or with nothing."""
    fill, stroke = given.get("fill", ""), given.get("stroke", "")
    ink = stroke if fill in ("", "none", "#ffffff") else fill
    return "none" if ink.startswith("url(") else ink


def _counted(drawn: list[tuple[str, Attributes, bool]]) -> Iterator[Fault]:
    """Bars of counts are as long, or as tall, as their numbers."""
    bars = [
        (float(given["data-effectif"] or 0), float(given.get("width", 0)), float(given.get("height", 0)))
        for _, given, _ in drawn
        if "data-effectif" in given
    ]
    most = max(bars, default=(0.0, 0.0, 0.0))
    if most[0] > 0 and not any(
        all(abs(bar[side] - most[side] * bar[0] / most[0]) <= _OUTLINE for bar in bars) for side in (1, 2)
    ):
        yield "barre autre que son effectif", f"{most[0]:g}"
