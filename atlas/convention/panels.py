"""Results as a page draws and tells them: one panel by year and test, the whole first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from atlas.convention.lines import lack, target_words, title_of, verdict, words_of
from atlas.convention.results import MET, NO_OBJECT, NOUNS, UNTOLD, WHOLE, Result, percent
from atlas.publish.attributions import Bar, Panel
from atlas.shares import in_percent
from atlas.writing import whole as spaced


def panels_of(results: Iterable[Result]) -> tuple[Panel, ...]:
    """Draw every test of every year."""
    found = []
    for (year, test), group in groupby(results, key=lambda one: (one.year, one.test)):
        held = list(group)
        found.append(
            Panel(
                key=f"{test}-{year or 'sans-annee'}".replace("_", "-"),
                title=title_of(year, test),
                target=_capital(target_words(held)) + ".",
                sentences=tuple(_sentences(held)),
                bars=tuple(map(_bar, held)),
                count_heading=f"{_capital(NOUNS[test][1])} comptés" if test == "q1_hors_qpv" else "Décisions comptées",
                lack_heading="Il manquait",
            )
        )
    return tuple(found)


def _sentences(held: Sequence[Result]) -> list[str]:
    """Tell the whole, what could change it, and where the landlords are."""
    whole = held[0]
    told = [told_whole(whole)]
    counts = whole.counts
    if counts is not None and counts.unknown and counts.bounds:
        low, high = counts.bounds
        told.append(
            f"Non dits : {spaced(counts.unknown)}, hors des deux comptes ; la part serait entre {in_percent(low)} "
            f"et {in_percent(high)}" + (" : ils pourraient changer la réponse." if whole.unsettled else ".")
        )
    if whole.landlords is not None:
        other = whole.landlords
        told.append(
            f"Les bailleurs, eux, font ensemble {spaced(other.numerator)} / {spaced(other.denominator)} = "
            f"{in_percent(other.share)} : deux comptes différents, laissés tels quels."
        )
    return told


def told_whole(whole: Result) -> str:
    """Say in a sentence what the whole made of a test.

    A target that was missed says how many more were needed, in both ways of counting them.
    """
    counts = whole.counts
    if counts is None or whole.share is None:
        return "sans objet." if whole.state == NO_OBJECT else "non renseigné."
    noun = NOUNS[whole.test][1 if counts.denominator > 1 else 0]
    share = (
        f"{spaced(counts.numerator)} sur {spaced(counts.denominator)} {noun}, soit {in_percent(whole.share)} ; "
        f"cible {in_percent(whole.target.share)} "
    )
    if whole.state == MET:
        return f"{share}atteinte ({spaced(whole.needed or 0)} suffisaient)."
    more = whole.further
    beyond = "" if more is None else f", ou {spaced(more)} en plus, tous favorables"
    return f"{share}non atteinte : il en manquait {spaced(whole.missing or 0)} parmi les mêmes{beyond}."


def _bar(one: Result) -> Bar:
    counts = one.counts
    bounds = counts.bounds if counts is not None and counts.unknown else None
    unknown = None if counts is None else counts.unknown
    words = words_of(one)
    if one.effort is not None and one.test == "q1_hors_qpv":
        words.append(
            f"{in_percent(one.effort, 1, near=True)} de l'effort, {in_percent(one.weight, 1, near=True)} des baux"
        )
    return Bar(
        name=one.landlord,
        whole=one.landlord == WHOLE,
        count="" if counts is None else f"{spaced(counts.numerator)} / {spaced(counts.denominator)}",
        share_text=one.state if one.state in (NO_OBJECT, UNTOLD) else in_percent(one.share),
        verdict=verdict(one),
        lack=lack(one),
        unknown="non dit" if unknown is None else spaced(unknown),
        words=tuple(words),
        share=percent(one.share),
        target=float(one.target.percent),
        met=one.met,
        low=None if bounds is None else percent(bounds[0]),
        high=None if bounds is None else percent(bounds[1]),
    )


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
