"""Audit an edition as it was written: read it back, attack it, say what was found, in French.

Grain in: the folder of an edition. Grain out: a verdict. It fails closed: what cannot be read back, reconciled or
proven is a reason to refuse, like a leak; what could not be looked at is said, and nothing is claimed of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from atlas.audit.alike import across
from atlas.audit.attack import Leak, Limits, Published, attack
from atlas.audit.campaigns import between, unseen
from atlas.audit.elsewhere import read_elsewhere
from atlas.audit.evidence import EVIDENCE, read_evidence
from atlas.audit.evolved import places_otherwise
from atlas.audit.holdings import Holding, read_earlier, read_holding, together
from atlas.audit.judgements import betrayed
from atlas.audit.metadata import betraying
from atlas.audit.nesting import not_nested
from atlas.audit.other_files import remarks_on
from atlas.audit.pinned import given_away, told_fixed, with_earlier
from atlas.audit.readers import Reader, readers_of
from atlas.audit.reasons import FILE, LEAK, UNPROVEN, Reason, reason
from atlas.audit.truths import untrue
from atlas.promise import promise
from atlas.tables import INDICATORS, PUBLISHED, UNITS

_FEW = 5


@dataclass(frozen=True)
class Attacked:
    """What one reader can derive of one campaign."""

    campaign: int
    reader: str
    leaks: tuple[Leak, ...]


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the audit of one edition found.

    ``why``: reasons not to publish it; empty, nothing forbids it. ``unchecked`` says what could not be audited, and
    ``late`` what earlier editions gave away for good. ``pinned``: masked units that bounding fixes, or nearly (see
    :func:`atlas.audit.pinned.pinned`); None where that was not asked, or cannot be known.
    """

    edition: str
    why: tuple[Reason, ...]
    unchecked: tuple[str, ...] = ()
    attacks: tuple[Attacked, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    late: tuple[str, ...] = ()
    pinned: pd.DataFrame | None = None
    promise: str = ""

    @property
    def safe(self) -> bool:
        """Whether nothing forbids to publish the edition."""
        return not self.why

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reasons not to publish it, in French."""
        return tuple(map(str, self.why))

    def refusing(self, why: Sequence[Reason]) -> Verdict:
        """Give the same verdict with more reasons not to publish."""
        return replace(self, why=(*self.why, *why))

    def text(self) -> str:
        """Tell the verdict in French, line by line."""
        told = "la promesse tient"
        if self.unchecked:
            told = "rien trouvé dans ce qui a pu être vérifié, ce qui n'est pas toute la promesse"
        lines = [f"Audit de l'édition « {self.edition} » : {told if self.safe else 'À NE PAS PUBLIER'}."]
        lines += [f"  Promesse : {self.promise}"] if self.promise else []
        lines += [f"  {name} : {number}" for name, number in self.sizes.items()]
        lines += [f"  ✗ {one}" for one in self.reasons]
        if self.attacks and not any(attacked.leaks for attacked in self.attacks):
            readers = ", ".join(dict.fromkeys(attacked.reader for attacked in self.attacks))
            lines.append(
                f"  Aucun groupe sous le seuil ne se déduit par addition ou soustraction. Lecteurs : {readers}."
            )
        lines += self._bounded()
        lines += [f"  Déjà donné, ne peut plus être repris : {one}" for one in self.late]
        lines += [f"  Non vérifié : {one}" for one in self.unchecked]
        return "\n".join(lines)

    def _bounded(self) -> list[str]:
        if self.pinned is None:
            return []
        fixed = self.pinned[self.pinned["determine"]]
        lines = [
            f"  Taux masqués de petites unités qu'un encadrement fixe exactement : {len(fixed)} ; "
            f"à un ou deux effectifs près : {len(self.pinned) - len(fixed)}."
        ]
        for row in fixed.head(_FEW).itertuples(index=False):
            kind = UNITS[str(row.unite)].singular
            told = f"entre {row.minimum:g} et {row.maximum:g}"
            lines.append(f"    {INDICATORS[str(row.indicateur)].label}, {kind} {row.id}, {row.campagne} : {told}")
        return lines


def audit(
    folder: Path,
    limits: Limits,
    builder: Path | None = None,
    also: Sequence[Path] = (),
    already: Sequence[Path] = (),
    *,
    measured: bool = True,
) -> Verdict:
    """Audit an edition.

    Parameters
    ----------
    folder : Path
        Holds ``atlas.gpkg``, ``manifeste.json`` and the rest. The evidence of its build is looked for beside it.
    limits : Limits
        Thresholds of the promise.
    builder : Path, optional
        The builder's own edition, in the output folder by default: it knows residences by their own identifiers.
    also : sequence of Path
        Other editions of the same build that the same readers hold.
    already : sequence of Path
        Editions that they held before: what these alone give away is told, and is no reason to refuse.
    measured : bool
        Whether to look for masked units that bounding fixes.

    Raises
    ------
    AtlasError
        ``AUDIT-ILLISIBLE``, ``AUDIT-ATOMES`` when an edition cannot be read back.
    """
    evidence = read_evidence(folder.parent)
    first = read_holding(folder, evidence, builder)
    written = first.written
    if not written.masked:
        files = tuple(Reason(FILE, str(one)) for one in remarks_on(written))
        return Verdict(written.name, files, ("édition non masquée : rien à attaquer",))
    beside = [read_holding(one, evidence, builder) for one in also]
    before = [read_earlier(one, first) for one in already]
    before = [one for one in before if one.written.masked]
    why = [Reason(FILE, str(one)) for one in (*remarks_on(written), *betraying(written))]
    why += untrue(first)
    why += read_elsewhere(first, limits, before)
    why += betrayed(written)
    why += between(first, limits)
    why += across(first, limits, before)
    why += places_otherwise(written, first.ground, None if evidence is None else evidence.atoms)
    why += [found for other in beside for found in not_nested(first, other)]
    attacks: list[Attacked] = []
    open_: list[str] = []
    unproven: list[str] = []
    late: list[str] = []
    for campaign in written.campaigns:
        for reader, found, old in _attacked(first, beside, before, campaign, limits):
            attacks.append(Attacked(campaign, reader.name, found))
            for leaks, sentences in ((old, late), (found, None)):
                for leak in leaks:
                    kept = sentences if sentences is not None else open_ if leak.group.proven else unproven
                    kept.append(_told(leak, campaign, reader.name, [*before, first]))
    why += reason(LEAK, "des groupes sous le seuil se déduisent", open_)
    why += reason(UNPROVEN, "sûreté non prouvée", unproven)
    sizes = {
        "adresses": len(set().union(*(first.ground.at(year).dwellings for year in written.campaigns))),
        "chiffres publiés relus": int((written.series["statut"] == PUBLISHED).sum()),
    }
    bounded = None
    if measured and evidence is not None:
        shared = [one for one in before if not one.landlord]
        bounded = with_earlier([first, *beside], shared, limits)
        if not first.landlord:  # whose reader knows what is its own
            why += told_fixed(bounded)
            late += given_away(bounded)
    return Verdict(
        written.name,
        tuple(why),
        tuple(_unchecked(first, before)),
        tuple(attacks),
        sizes,
        tuple(dict.fromkeys(late)),
        bounded,
        promise(limits.dwellings, limits.households, limits.denominator),
    )


def _attacked(
    first: Holding, beside: list[Holding], before: list[Holding], campaign: int, limits: Limits
) -> Iterator[tuple[Reader, tuple[Leak, ...], tuple[Leak, ...]]]:
    """Attack all that each reader holds: what is new in what it gives, and what earlier editions alone gave."""
    held: dict[tuple[int, ...], tuple[dict[str, Published], dict[str, Published]]] = {}
    for reader in readers_of(first, campaign):
        earlier = [one for one in before if reader.holds(one)]
        key = tuple(map(id, earlier))
        if key not in held:
            everything = [*earlier, *beside, first]
            old = together(everything, campaign, len(earlier)) if earlier else {}
            held[key] = together(everything, campaign), old
        now, old = held[key]
        known = reader.known.union(*(one.own(campaign) for one in earlier))
        given = {figure: one.totals for figure, one in old.items()}
        yield reader, attack(now, limits, _whole(known, now), given), attack(old, limits, _whole(reader.known, old))


def _whole(known: frozenset[Hashable], published: Mapping[str, Published]) -> frozenset[Hashable]:
    """Add what an address that a reader knows answered later: it knows that too."""
    atoms = {atom for one in published.values() for weights in one.weights.values() for atom in weights}
    return known | {atom for atom in atoms if isinstance(atom, tuple) and atom[0] in known}


def _unchecked(first: Holding, before: Sequence[Holding]) -> list[str]:
    """Say what could not be looked at, and why."""
    found = unseen(first)
    if first.evidence is None:
        found.append(
            f"ménages répondants, réponses à chaque question et encadrements ({EVIDENCE}, que seul le constructeur "
            "détient, n'est pas à côté) : les logements seulement, comme si chaque adresse avait répondu à tout"
        )
    if first.ground.guessed:
        found.append(
            "adresses de chaque campagne : l'édition n'en dit rien, celles d'aujourd'hui en tiennent lieu"
            + (f" ({len(first.ground.unreconciled)} unités ne s'y retrouvent pas)" if first.ground.unreconciled else "")
        )
    for one in before:
        if one.evidence is None:
            found.append(f"réponses arrivées depuis « {one.written.name} » : {EVIDENCE} de cette construction manque")
        if one.ground.guessed:
            found.append(f"adresses de chaque campagne de « {one.written.name} », que l'édition ne dit pas")
    return found


def _told(leak: Leak, campaign: int, reader: str, holdings: Sequence[Holding]) -> str:
    """Tell a leak: who, what, how light."""
    addresses = sorted({str(atom[0] if isinstance(atom, tuple) else atom) for atom in leak.group.atoms})
    figure = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "ménages répondants"
    listed = ", ".join(addresses[:_FEW]) + ("…" if len(addresses) > _FEW else "")
    if not leak.group.proven:
        return f"campagne {campaign} : {len(addresses)} adresses ({figure}, {leak.measure}, {reader})"
    places: dict[Hashable, int] = {}
    for one in holdings:
        places |= one.ground.at(campaign).dwellings
    dwellings = sum(places.get(address, 0) for address in addresses)
    since = " (réponses arrivées depuis)" if any(isinstance(atom, tuple) for atom in leak.group.atoms) else ""
    return (
        f"campagne {campaign} : {reader} déduit un groupe de {dwellings} logements{since} ({figure}, {leak.measure} : "
        f"{leak.group.weight}), adresses {listed}"
    )
