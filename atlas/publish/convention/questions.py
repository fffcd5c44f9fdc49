"""The questions that a conference follows each year, answered from an edition's own tables.

Grain in: an edition. Grain out: questions with their tables. Rates are those that the edition shows; sums are made of
counts that it shows, and of sizes, which are public. Where counts are hidden, units with a published rate are counted
by where they stand, and nothing is added up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from atlas.publish.convention.decided import reasons
from atlas.publish.convention.homes import SIZE, demand, homes, life, proposed, rents
from atlas.publish.convention.legal import MET, REFUSALS, UNMET, Legal, state_of
from atlas.publish.convention.model import (
    Cell,
    Head,
    Line,
    Question,
    Table,
    Where,
    category,
    claim,
    named,
    number,
    rate,
    word,
)
from atlas.publish.figures import Figure
from atlas.publish.layers import HISTORY
from atlas.publish.paths import href
from atlas.publish.quarters.members import KIND, Member, ranked
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, UNDETERMINED, UNKNOWN
from atlas.tables import SITUATIONS as PLACES
from atlas.writing import natural, whole

if TYPE_CHECKING:
    from atlas.publish.book import Book

_STANDS = {
    MET: ("atteint l'objectif", "atteignent l'objectif"),
    UNMET: ("ne l'atteint pas", "ne l'atteignent pas"),
    UNDETERMINED: ("non déterminé", "non déterminés"),
}
_OUTSIDE = tuple(place for place in PLACES[:3] if place != "QPV")


class Answers:
    """What an edition answers to each question.

    Parameters
    ----------
    legal : Legal
        The shares of the edition, with its sums.
    """

    def __init__(self, book: Book, legal: Legal) -> None:
        self.book, self.legal, self.sums = book, legal, legal.sums
        self.edition, self.figures = book.edition, book.figures
        self.given = tuple(code for code in (*legal.tested, REFUSALS) if code in self.figures.told)
        self.levels = self.edition.levels

    def every(self) -> Iterator[Question]:
        """Answer every question that the edition has something to say of."""
        yield from self._legal()
        if self.figures.surveyed:
            yield self._fragile()
        if self.given:
            yield self._in_fragile()
            yield self._refusals()
        yield homes(self.book)
        if self.given and "attr_q1" in self.given:
            yield self._by_rent()
        yield life(self.book)
        yield demand(self.book)
        yield proposed(self.book)

    def _legal(self) -> Iterator[Question]:
        tables = tuple(self.legal.tables())
        campaign = self.figures.campaign
        said: tuple[str, ...] = (
            f"Décisions de {campaign} à une adresse de l'atlas, dans la situation de cette adresse. Ce dont le "
            "quartile ou le public n'est pas dit n'entre dans aucun des deux comptes ; les décisions sans adresse n'y "
            "sont pas.",
            "Un objectif est atteint ou non quand les chiffres montrés le prouvent, « non déterminé » quand ils "
            "laissent les deux possibles.",
        )
        if not tables:
            said = ("Aucun fichier d'attributions n'a été fourni pour ce territoire : non renseigné.",)
        yield Question("parts", f"Attributions de {campaign} : les trois parts légales", said, tables)

    def _fragile(self) -> Question:
        years = self.edition.context.campaigns
        heads = [Head("Niveau"), *(Head(f"Résidences {year}", True) for year in years)]
        heads += [Head(f"Logements {year}", True) for year in years]
        lines = []
        for level in self.levels.order:
            then: list[Where] = [{"unite": [KIND], "campagne": [year], self.edition.level: [level]} for year in years]
            cells = [self.sums.cell(HISTORY, column, where) for column in ("", SIZE) for where in then]
            lines.append(Line((word(level, kind="level"), *cells)))
        every: list[Where] = [{"unite": [KIND], "campagne": [year]} for year in years]
        cells = [self.sums.cell(HISTORY, column, where) for column in ("", SIZE) for where in every]
        lines.append(Line((word("Ensemble"), *cells), total=True))
        by_campaign = Table("niveaux", "Par enquête", tuple(heads), tuple(lines))
        return Question(
            "fragiles",
            "Résidences et logements fragiles, et leur évolution",
            ("Toutes les résidences de chaque enquête. Un niveau non déterminé ne dit pas que la résidence n'est pas "
             "fragile.",),
            (by_campaign, self._by_place()),
            (("tableau-de-bord.html", "Tableau de bord"), ("index.html", "Carte")),
        )  # fmt: skip

    def _by_place(self) -> Table:
        places = [place for place in PLACES if self.sums.value(KIND, "", {"situation": [place]})]
        heads = [Head("Niveau"), *(Head(f"Résidences, {place}", True) for place in places)]
        heads += [Head(f"Logements, {place}", True) for place in places]
        lines = []
        for level in self.levels.order:
            held = [{self.edition.level: [level], "situation": [place]} for place in places]
            cells = (self.sums.cell(KIND, column, where) for column in ("", SIZE) for where in held)
            lines.append(Line((word(level, kind="level"), *cells)))
        year = self.figures.campaign
        return Table("niveaux-situations", f"Par situation, en {year}", tuple(heads), tuple(lines))

    def _in_fragile(self) -> Question:
        rows = [((word(level, kind="level"),), {self.edition.level: [level]}) for level in self.levels.order]
        members = [one for one in ranked(self.book.residences.every, self.levels).every if self._listed(one)]
        # Those of which something is told come first: the rest of the order says nothing.
        members.sort(key=lambda one: not any(self.figures.figure(KIND, one.id, code).published for code in self.given))
        listed = self._residences("residences-fragiles", "Résidence par résidence", members, self.given)
        return Question(
            "attributions-fragiles",
            "Attributions dans les résidences, selon leur fragilité",
            (self._added(),),
            (*self._crossed("attributions-niveaux", "Par niveau", ("Niveau",), rows, self.given), listed),
        )

    def _listed(self, one: Member) -> bool:
        return one.level in self.levels.fragile or not self.figures.surveyed

    def _added(self) -> str:
        if not self.edition.masked:
            return "Sommes des décisions des résidences."
        said = (
            "Le nombre de résidences dont le taux est publié, et combien atteignent l'objectif de leur situation. Les "
            "effectifs étant masqués, rien n'est additionné : la part d'un niveau n'est pas publiée."
        )
        own = " Les sommes sont celles des seules résidences dont cette édition montre les effectifs."
        return said + own if self.edition.counts else said

    def _crossed(
        self,
        key: str,
        title: str,
        titles: Sequence[str],
        rows: Sequence[tuple[tuple[Cell, ...], Where]],
        codes: Sequence[str],
    ) -> Iterator[Table]:
        """Set residences in rows, then what attributions say of each: sums where counts are shown, standings else."""
        first = (*(Head(one) for one in titles), Head("Résidences", True), Head("Logements", True))
        kept = [(labels, where) for labels, where in rows if self.sums.value(KIND, "", where)]
        sizes = {id(where): tuple(self.sums.cell(KIND, one, where) for one in ("", SIZE)) for _, where in kept}
        if self.edition.masked:
            heads = (*first, *(Head(self._published(code)) for code in codes))
            lines = [Line((*labels, *sizes[id(where)], *(self._standing(code, where) for code in codes)))
                     for labels, where in kept]  # fmt: skip
            yield Table(key, title, heads, tuple(lines))
        if self.edition.counts:
            own = f"{title} : effectifs montrés" if self.edition.masked else title
            heads = (*first, *(Head(INDICATORS[code].label, True) for code in codes))
            lines = [Line((*labels, *sizes[id(where)], *(self.sums.share(KIND, code, where) for code in codes)))
                     for labels, where in kept]  # fmt: skip
            yield Table(f"{key}-effectifs" if self.edition.masked else key, own, heads, tuple(lines))

    def _standing(self, code: str, where: Where) -> Cell:
        """Count the residences with a published rate, and how many of them reach the target of their situation."""
        asked: Any = where.get("situation") or PLACES
        places = [place for place in self._places(code) or asked if place in asked]
        if not places:
            return word(NOT_APPLICABLE, kind="status")
        within = {**where, INDICATORS[code].st: [PUBLISHED]}
        within |= {"situation": places} if len(places) < len(PLACES) else {}
        told = self.sums.cell(KIND, "", within)
        if code not in self.legal.tested:
            return told
        target = float(self.legal.target(code).value)
        published = (self.figures.figure(KIND, one, code) for one in self.sums.identifiers(KIND, within))
        states = Counter(state_of([one], target) for one in published)
        stand = []
        for state in (MET, UNMET, UNDETERMINED):
            if states[state]:
                mark = {"data-somme": claim(KIND, within, code, cible=target, etat=state)}
                said = _STANDS[state][states[state] > 1]
                stand.append((Cell(whole(states[state]), states[state], mark), word(f" {said}")))
        return Cell(told.text, told.value, told.mark, under=tuple(stand))

    def _places(self, code: str) -> tuple[str, ...]:
        return self.legal.places(code) if code in self.legal.tested else ()

    def _published(self, code: str) -> str:
        places = self._places(code)
        return ", ".join(filter(None, (f"{INDICATORS[code].label} : taux publiés", " et ".join(places))))

    def _residences(self, key: str, title: str, members: Sequence[Member], codes: Sequence[str]) -> Table:
        holder = any(one.landlord for one in members)
        heads = [Head("Résidence"), *([Head("Bailleur")] if holder else []), Head("Situation")]
        heads += [*([Head("Niveau")] if self.figures.surveyed else []), Head("Logements", True)]
        heads += [Head(INDICATORS[code].label, True) for code in codes]
        lines = []
        for one in members:
            cells = [named(KIND, one.id, one.name, href(KIND, one.file)), *([self._landlord(one)] if holder else [])]
            level = category(KIND, one.id, self.edition.level, one.level, "level", one.near)
            cells += [word(one.situation), *([level] if self.figures.surveyed else [])]
            cells += [number(KIND, one.id, SIZE, one.dwellings)]
            cells += [rate(self.figures.figure(KIND, one.id, code)) for code in codes]
            lines.append(Line(tuple(cells), (KIND, one.id)))
        return Table(key, title, tuple(heads), tuple(lines))

    def _landlord(self, one: Member) -> Cell:
        return category(KIND, one.id, "bailleur", one.landlord) if one.landlord else word(UNKNOWN, kind="status")

    def _refusals(self) -> Question:
        shown = {one.id: self.figures.figure(KIND, one.id, REFUSALS) for one in self.book.residences.every}
        told = [one for one in self.book.residences.every if shown[one.id].published]
        # A share of very few decisions would come first: where counts are shown, they give the order.
        weights = {one.id: self._weight(shown[one.id]) for one in told}
        told.sort(key=lambda one: (-weights[one.id], natural(one.name), one.id))
        order = (
            "de la part la plus forte à la plus faible" if self.edition.masked else "du plus grand nombre au plus petit"
        )
        said = (
            f"Résidences dont la part de refus est publiée, {order} ; à égalité, par nom. "
            "Les motifs portent sur très peu de ménages : seule l'édition interne les donne.",
        )
        table = self._residences("refus", "Part de refus par résidence", told, (REFUSALS,))
        return Question("refus", "Refus par résidence et par motif", said, (table, *reasons(self.book)))

    def _weight(self, figure: Figure) -> float:
        return (figure.mark().value if self.edition.masked else figure.numerator) or 0.0

    def _by_rent(self) -> Question:
        """Cross levels and rents outside the QPV, then say who enters the residences of each class of rents."""
        bounds = rents(self.book)
        outside = {"situation": list(_OUTSIDE)}
        levels = [*self.levels.order] if self.figures.surveyed else []
        rows: list[tuple[tuple[Cell, ...], Where]] = [
            ((word(level, kind="level"), word(text)), {**outside, self.edition.level: [level], **where})
            for level in levels
            for text, where in bounds
        ]
        q1 = self._crossed("q1-niveau-loyer", "Par niveau et loyer", ("Niveau", "Loyers"), rows, ("attr_q1",))
        who: list[tuple[tuple[Cell, ...], Where]] = [
            ((word(place), word(text)), {"situation": [place], **where})
            for place in PLACES[:3]
            for text, where in bounds
        ]
        entered = self._crossed("qui-entre", "Qui entre, selon les loyers", ("Situation", "Loyers"), who, self.given)
        said = (
            "Chaque résidence là où sont la plupart de ses logements ; ses loyers par la part de ses logements sous le "
            f"plafond PLAI, aux bornes de la carte des loyers. {self._added()} Les décisions disent l'adresse, non le "
            "logement : qui obtient un logement à bas loyer se lit à la résidence.",
        )
        return Question("q1-loyers", "Premier quartile hors QPV, selon le niveau et les loyers", said, (*q1, *entered))
