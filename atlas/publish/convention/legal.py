"""The legal shares of attributions as an edition can tell them: exact where it shows counts, proven or not elsewhere.

Grain in: an edition. Grain out: one table per share (the territory, then landlords), then quarters and communes. Where
counts are hidden a target is met when both ends of what the published figures may be meet it, and missed when neither
does; nothing is added up there, since a sum of hidden counts is a figure of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas.publish.convention.homes import LANDLORDS
from atlas.publish.convention.model import Cell, Head, Line, Sums, Table, Where, claim, named, number, rate, word
from atlas.publish.figures import Figure, Figures
from atlas.publish.paths import COMMUNES, QUARTERS, href
from atlas.publish.quarters.members import OUTSIDE, QPV
from atlas.publish.quarters.reading import SITUATIONS, TERRITORY
from atlas.shares import missing
from atlas.tables import FEW, INDICATORS, NOT_APPLICABLE, SECRET, TARGETS_OF, UNDETERMINED
from atlas.tables import SITUATIONS as PLACES
from atlas.writing import comma, natural, whole

if TYPE_CHECKING:
    from atlas.edition import Edition

MET, UNMET = "atteint", "non atteint"
ABOVE, UNDER = "au-dessus", "au-dessous"
REFUSALS = "attr_refus"
TESTED = tuple(code for code, one in INDICATORS.items() if one.target)
_ADDRESSES = "adresses"
TITLES = {
    "attr_q1": "Hors QPV : baux signés avec un ménage du 1er quartile ou en relogement",
    "attr_q2_q4": "En QPV : décisions pour les quartiles 2 à 4, refus compris",
    "attr_prioritaires": "Publics prioritaires : toutes les décisions, refus compris",
}
_COUNTED = {"attr_q1": "Baux"}
_BOTH = {OUTSIDE: "sans les QVA"}


class Legal:
    """The three shares of an edition.

    Parameters
    ----------
    sums : Sums
        Over the tables of the edition.
    pages : mapping of str
        By kind and identifier, the page about a quarter or a commune.
    """

    def __init__(self, figures: Figures, sums: Sums, pages: dict[tuple[str, str], str]) -> None:
        self.figures, self.sums, self.pages = figures, sums, pages
        self.edition: Edition = figures.edition
        self.rules = {rule.key: rule for rule in self.edition.context.rules}
        self.tested = tuple(code for code in TESTED if _target(code).rule in self.rules and code in figures.told)
        self.landlords = tuple(self._open_landlords())

    def tables(self) -> Iterator[Table]:
        """Write one table per share, then quarters, then communes."""
        for code in self.tested:
            lines = (self._whole(code), *self._by_landlord(code))
            yield Table(f"part-{code.removeprefix('attr_')}", TITLES[code], self._heads(code), lines, self._notes(code))
        kind = self.figures.quarters
        title = "Quartiers prioritaires" if kind == QUARTERS else "Quartiers prioritaires de la liste de la campagne"
        yield from self._by_unit(kind, title, "attr_q2_q4", "quartiers-attributions")
        yield from self._by_unit(COMMUNES, "Communes", "attr_prioritaires", "communes-attributions")

    def target(self, code: str) -> Any:
        """Give the rule that a share is tested against."""
        return self.rules[_target(code).rule]

    def target_of(self, code: str, landlord: str) -> float:
        """Give the target (%) of a landlord: the one that the convention fixes for it, otherwise that of all."""
        own = self.edition.settings.get(TARGETS_OF, {}).get(landlord, {}).get(_target(code).rule)
        return float(self.target(code).value if own is None else own[0])

    def places(self, code: str) -> tuple[str, ...]:
        """Name the situations that a share is of; empty when it is of them all."""
        held = _target(code).situations
        return () if set(held) == set(PLACES[:3]) else held

    def _heads(self, code: str) -> tuple[Head, ...]:
        heads = (Head("Périmètre"), Head("Part", True), Head("Résultat"))
        lacking = Head(f"{_COUNTED.get(code, 'Décisions')} qui manquaient", True)
        return (*heads, lacking) if self.edition.counts else heads

    def _notes(self, code: str) -> tuple[str, ...]:
        held, rule = [f"{self.target(code).reference}."], _target(code).rule
        own = self.edition.settings.get(TARGETS_OF, {}).values()
        sources = dict.fromkeys(one[rule][1].rstrip(".") for one in own if rule in one)
        held += [f"Objectifs propres à un bailleur : {' ; '.join(sources)}."] if sources else []
        places = self.places(code)
        if len(places) > 1:
            held.append("Hors QPV : quartiers de veille active compris.")
        if self.figures.situations != SITUATIONS and places:
            held.append("En QPV ou hors QPV : selon la liste des quartiers en vigueur à la campagne.")
        if places and self.figures.listed_before:
            held.append("Par bailleur : non établi, la liste de la campagne n'étant plus celle d'aujourd'hui.")
        if places and QPV not in places:
            held.append("L'objectif légal est celui de l'ensemble ; par bailleur, il est donné à titre indicatif.")
        if places and self.edition.masked:
            told = "celle de votre parc est ici" if self.landlords else "elle est dans l'édition de chaque bailleur"
            held.append(f"Par bailleur, cette part n'est publiée dans aucune édition partagée : {told}.")
        return tuple(held)

    def _whole(self, code: str) -> Line:
        """Tell a share of the whole territory."""
        places = self.places(code)
        kind = self.figures.situations
        units = [(kind, place) for place in places[::-1]] if places else [(TERRITORY, TERRITORY)]
        known = [self.figures.figure(kind, one, code) for kind, one in units if self.figures.known(kind, one)]
        name = "Territoire" if len(places) != 1 else f"Territoire, en {places[0]}"
        name = f"{name}, hors QPV" if len(places) > 1 else name
        if self.edition.counts and not self.edition.masked:
            where = {"id": [place for _, place in units]}
            return self._counted(code, word(name), units[0][0], where, total=True)
        told = [one for one in known if one.status != NOT_APPLICABLE] or known
        several = tuple((word(f"{_BOTH.get(one.id, one.id)} : "), rate(one)) for one in told)
        share = rate(told[0]) if len(told) == 1 else Cell("", under=several)
        target = float(self.target(code).value)
        return self._line(word(name), share, target, state_of(told, target), total=True)

    def _by_landlord(self, code: str) -> Iterator[Line]:
        """Tell a share of each landlord whose counts the edition shows, or whose share it publishes."""
        places = self.places(code)
        where: dict[str, Any] = {"situation": list(places)} if places else {}
        # Addresses tell today's situation: not that of a campaign under the list before.
        told = _ADDRESSES in self.edition.units and not (places and self.figures.listed_before)
        for name in self.landlords if told else ():
            yield self._counted(code, word(name), _ADDRESSES, {"bailleur": [name], **where}, landlord=name)
        if not places:
            for name in sorted(self.figures.identifiers(LANDLORDS), key=natural):
                if name not in self.landlords:
                    one, target = self.figures.figure(LANDLORDS, name, code), self.target_of(code, name)
                    yield self._line(named(LANDLORDS, name, name), rate(one), target, state_of([one], target))

    def _counted(
        self, code: str, name: Cell, table: str, where: Where, *, total: bool = False, landlord: str = ""
    ) -> Line:
        """Tell a share from its counts, and how many more were needed."""
        share = self.sums.share(table, code, where)
        n, d = (self.sums.value(table, f"{end}_{code}", where) for end in "nd")
        least = self.target_of(code, landlord)
        target, places = Fraction(str(least)), self.places(code)
        shared = least == float(self.target(code).value)  # the law's target outside QPV is that of all together
        words = (ABOVE, UNDER) if not total and shared and places and QPV not in places else (MET, UNMET)
        state = NOT_APPLICABLE if not d else words[0] if 100 * n >= target * d else words[1]
        lacking = missing(n, d, target / 100) if d else None
        mark = {"data-somme": claim(table, where, f"n_{code}", parmi=f"d_{code}", cible=float(target))}
        lack = word(NOT_APPLICABLE, kind="status") if lacking is None else Cell(whole(lacking), lacking, mark)
        return self._line(name, share, least, state, (lack,), total=total, few=self._few(d))

    def _few(self, denominator: float) -> bool:
        """Whether a share bears on so few leases or decisions that it says little."""
        rule = self.rules.get(FEW)
        return rule is not None and 0 < denominator < rule.value

    def _line(
        self, name: Cell, share: Cell, target: float, state: str, more: tuple[Cell, ...] = (), *, total: bool = False,
        few: bool = False,
    ) -> Line:  # fmt: skip
        under = ((word(f"objectif : {_least(target)}"),), *(((word("peu opérant"),),) if few else ()))
        verdict = Cell(state, kind="verdict", under=under)
        blank = () if more or not self.edition.counts else (word("non publié", kind="status"),)
        return Line((name, share, verdict, *more, *blank), total=total)

    def _by_unit(self, kind: str, title: str, code: str, key: str) -> Iterator[Table]:
        """Set the share that units are followed by beside the others that they publish."""
        if code not in self.tested:
            return
        beside = tuple(one for one in ("attr_prioritaires", REFUSALS) if one != code and one in self.figures.told)
        lines = tuple(self._unit_lines(kind, code, beside))
        if lines:
            heads = (
                Head("Commune" if kind == COMMUNES else "Quartier"),
                Head("Logements", True),
                Head(INDICATORS[code].label, True),
                Head("Résultat"),
                *(Head(INDICATORS[one].label, True) for one in beside),
            )
            yield Table(
                key,
                title,
                heads,
                lines,
                (f"Objectif : {_least(self.target(code).value)}. {self.target(code).reference}.",),
            )

    def _unit_lines(self, kind: str, code: str, beside: Sequence[str]) -> Iterator[Line]:
        figures = self.figures
        names = {one: figures.text(kind, one, "nom") or one for one in figures.identifiers(kind)}
        for one in sorted(names, key=lambda one: (natural(names[one]), one)):
            size = figures.number(kind, one, "nb_logements")
            if not size or (kind == QUARTERS and figures.text(kind, one, "situation") != QPV):
                continue
            figure = figures.figure(kind, one, code)
            state = state_of([figure], float(self.target(code).value))
            few = ((word("peu opérant"),),) if self._few(figure.denominator or 0) else ()
            yield Line(
                (
                    named(kind, one, names[one], self.pages.get((kind, one), "")),
                    number(kind, one, "nb_logements", size),
                    rate(figure),
                    Cell(state, kind="verdict", under=few),
                    *(rate(figures.figure(kind, one, other)) for other in beside),
                ),
                (kind, one),
            )

    def _open_landlords(self) -> Iterator[str]:
        """Name the landlords whose own counts the edition shows."""
        table = self.edition.units.get(_ADDRESSES)
        if table is None or not self.edition.counts:
            return
        counted = pd.DataFrame(table)[[one.d for one in INDICATORS.values()]].notna().any(axis=1).to_numpy(bool)
        yield from sorted(table.loc[counted, "bailleur"].dropna().unique(), key=natural)


def state_of(figures: Sequence[Figure], target: float) -> str:
    """Say whether a target is met whatever the published figures stand for; why nothing is said where none is.

    Several figures are parts of one whole: it lies between the lowest and the highest of them.
    """
    told = {one.reaches(target) if one.published else None for one in figures}
    if told in ({True}, {False}):
        return MET if told == {True} else UNMET
    hidden = [one.status for one in figures if not one.published]
    if len(hidden) == len(figures):
        return SECRET if SECRET in hidden else hidden[0] if hidden else NOT_APPLICABLE
    return UNDETERMINED


def _least(target: float) -> str:
    return f"au moins {comma(target)} %"


def _target(code: str) -> Any:
    return INDICATORS[code].target


def pages_of(files: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Give the address of the page of each quarter and commune, from the edition's folder."""
    return {key: href("quartiers", file) for key, file in files.items()}
