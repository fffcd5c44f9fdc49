"""Audit an edition as it was written: read it back, attack it, say what was found, in French.

Grain in: the folder of an edition. Grain out: a verdict. It fails closed: what cannot be read back, reconciled or
proven is a reason to refuse, like a leak.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from atlas.audit.attack import Cell, Findings, Interval, Leak, Limits, Shown, attack
from atlas.audit.companions import Remark, remarks_on
from atlas.audit.figures import Truth, cells_of, own_atoms, truth_of, values_of
from atlas.audit.written import Ground, Written, ground_of, read_written
from atlas.tables import INDICATORS, PUBLISHED, UNITS

BUILDER, ANYBODY = "interne", "n'importe quel lecteur"


@dataclass(frozen=True)
class Attacked:
    """What one reader can derive of one campaign."""

    campaign: int
    reader: str
    findings: Findings


@dataclass(frozen=True)
class Verdict:
    """What the audit of one edition found.

    ``reasons`` are why it must not be published, in French; empty, it is safe. ``unchecked`` says what could not be
    audited. ``attacks``: findings by campaign and reader.
    """

    edition: str
    reasons: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    attacks: tuple[Attacked, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def safe(self) -> bool:
        """Whether the edition may be published."""
        return not self.reasons

    @property
    def narrowest(self) -> dict[str, Interval]:
        """By indicator, the narrowest interval around a masked unit."""
        return {
            code: intervals[0]
            for attacked in self.attacks
            for code, intervals in attacked.findings.narrowest.items()
            if intervals
        }

    @property
    def determined(self) -> tuple[Interval, ...]:
        """Masked units that a reader who knew every denominator would know exactly."""
        return tuple(interval for attacked in self.attacks for interval in attacked.findings.determined)

    def text(self) -> str:
        """Tell the verdict in French, line by line."""
        lines = [f"Audit de l'édition « {self.edition} » : {'la promesse tient' if self.safe else 'À NE PAS PUBLIER'}."]
        lines += [f"  {name} : {number}" for name, number in self.sizes.items()]
        lines += [f"  ✗ {reason}" for reason in self.reasons]
        if self.attacks and not any(attacked.findings.leaks for attacked in self.attacks):
            readers = ", ".join(dict.fromkeys(attacked.reader for attacked in self.attacks))
            lines.append(
                f"  Aucun groupe sous le seuil ne se déduit par addition ou soustraction. Lecteurs : {readers}."
            )
        if self.narrowest:
            lines.append(
                "  Encadrement le plus étroit d'une unité masquée, pour qui connaîtrait tous les dénominateurs :"
            )
            lines += [f"    {INDICATORS[code].label} : {_told(one)}" for code, one in sorted(self.narrowest.items())]
            lines.append(f"    valeurs entièrement déterminées : {len(self.determined)}")
        lines += [f"  Non vérifié : {reason}" for reason in self.unchecked]
        return "\n".join(lines)


def audit(
    folder: Path, limits: Limits, builder: Path | None = None, also: Sequence[Path] = (), listed: int = 5
) -> Verdict:
    """Audit an edition.

    Parameters
    ----------
    folder : Path
        The edition, as written.
    limits : Limits
        Thresholds of secrecy.
    builder : Path, optional
        The builder's own edition; by default ``interne`` beside the audited one, when it is there. Its counts weigh
        groups by responding households and by denominators; without it, by dwellings only.
    also : sequence of Path
        Other editions that the same reader holds: the union is attacked.
    listed : int
        How many narrowest intervals to measure per indicator.

    Raises
    ------
    AtlasError
        ``AUDIT-ILLISIBLE`` when an edition cannot be read back.
    """
    written = read_written(folder)
    if not written.masked:
        return Verdict(written.name, tuple(map(str, remarks_on(written))), ("édition non masquée : rien à attaquer",))
    beside = builder or folder.parent / BUILDER
    source = read_written(beside) if beside.is_dir() and beside.resolve() != folder.resolve() else None
    ground = ground_of(written, source)
    truth = truth_of(source) if source is not None else None
    unchecked = [] if truth else ["ménages répondants et dénominateurs (édition interne absente) : logements seulement"]
    reasons = [str(remark) for remark in (*remarks_on(written), *_counts_written(written))]
    if ground.unreconciled:
        example = f"{len(ground.unreconciled)}, par exemple {ground.unreconciled[0]}"
        reasons.append(f"logements qui ne sont pas la somme de ceux des adresses ({example})")
    if strangers := _without_place(written, ground):
        unchecked.append(f"{strangers} unités d'une campagne passée, absentes des tables : adresses inconnues")
    others = [read_written(one) for one in also]
    reasons += [reason for other in others for reason in _not_nested(written, other, source)]
    grounds = [(written, ground), *((other, ground_of(other, source)) for other in others)]
    attacks = []
    for campaign in written.campaigns:
        cells, values = _union(grounds, campaign, truth)
        households = None if truth is None else truth.households.get(campaign)
        measured = listed if campaign == written.campaigns[-1] else 0
        for reader, known in _readers(written, source):
            wanted = measured if reader == ANYBODY or own_atoms(written) else 0
            found = attack(cells, ground.dwellings, households, values, limits, known, wanted)
            attacks.append(Attacked(campaign, reader, found))
            reasons += _told_leaks(found, campaign, reader, ground)
    sizes = {
        "adresses": len(ground.dwellings),
        "unités relues": sum(map(len, ground.atoms.values())),
        "chiffres publiés relus": int((written.series["statut"] == PUBLISHED).sum()),
    }
    return Verdict(written.name, tuple(dict.fromkeys(reasons)), tuple(unchecked), tuple(attacks), sizes)


def _without_place(written: Written, ground: Ground) -> int:
    """Count the units that series publish and that no table describes: nothing says where they are."""
    shown = written.series[written.series["statut"] == PUBLISHED]
    units = set(zip(shown["unite"], shown["id"], strict=True))
    return sum(unit not in ground.atoms.get(kind, {}) for kind, unit in units)


def _readers(written: Written, source: Written | None) -> list[tuple[str, frozenset[Hashable]]]:
    """List who may attack: the landlord of an edition, or anybody and each landlord with its own stock."""
    own = own_atoms(written)
    if own:
        return [("son bailleur", own)]
    readers: list[tuple[str, frozenset[Hashable]]] = [(ANYBODY, frozenset())]
    holder = source if source is not None else written
    places = holder.units.get("adresses", holder.units.get("residences"))
    if places is not None and "bailleur" in places:
        readers += [
            (str(name), frozenset(part["id"])) for name, part in places.dropna(subset="bailleur").groupby("bailleur")
        ]
    return readers


def _union(
    editions: Sequence[tuple[Written, Ground]], campaign: int, truth: Truth | None
) -> tuple[list[Cell], dict[str, Shown]]:
    """Put together what several editions show of a campaign."""
    cells: list[Cell] = []
    values: dict[str, Shown] = {}
    for rank, (written, ground) in enumerate(editions):
        mark = "" if rank == 0 else f"{written.name}:"
        cells += [(mark + cell, atoms, shown) for cell, atoms, shown in cells_of(written, ground, campaign)]
        for code, shown in values_of(written, ground, campaign, truth).items():
            before = values.get(code, Shown({}, shown.caps, shown.weights))
            figures = {**before.figures, **{mark + cell: bounds for cell, bounds in shown.figures.items()}}
            values[code] = Shown(figures, shown.caps or before.caps, shown.weights, (*before.ends, *shown.ends))
    return cells, values


def _counts_written(written: Written) -> Iterable[Remark]:
    """Refuse counts in a masked edition, but for the stock of one landlord."""
    own = own_atoms(written)
    holders = set()
    if own and "adresses" in written.units:
        places = written.units["adresses"]
        holders = set(places.loc[places["id"].isin(own), "bailleur"])
    if len(holders) > 1:
        yield Remark("atlas.gpkg", "effectifs de plusieurs bailleurs", len(holders))
    counted = written.series[written.series["denominateur"].notna() | written.series["numerateur"].notna()]
    if not own and len(counted):
        yield Remark("atlas.gpkg", "effectifs écrits dans une édition masquée", len(counted), counted["id"].iloc[0])


def _not_nested(written: Written, other: Written, source: Written | None) -> Iterable[str]:
    """Compare two editions of one build: the narrower shows nothing that the wider masks."""
    keys = ["unite", "id", "campagne", "indicateur"]
    shown = {}
    for one in (written, other):
        rows = one.series[one.series["statut"] == PUBLISHED]
        same = {} if source is None or "adresses" in one.units else _same_units(one, source)
        shown[one.name] = {
            (kind, same.get((kind, unit), unit), year, code)
            for kind, unit, year, code in rows[keys].itertuples(index=False)
            if not same or kind != "residences" or (kind, unit) in same
        }
    first, second = shown[written.name], shown[other.name]
    if first - second and second - first:
        narrow, wide = sorted((first, second), key=len)
        wrong = {key for key in narrow - wide if key[0] in {unit for unit, *_ in wide}}
        if wrong:
            example = " ".join(map(str, min(wrong)))
            yield f"éditions {written.name} et {other.name} non emboîtées ({len(wrong)}, par exemple {example})"


def _same_units(one: Written, source: Written) -> dict[tuple[str, str], str]:
    """Name the units of an edition as the builder does, where identifiers were replaced: same point and sizes."""
    keys = ["geom", "nb_logements", "nb_adresses"]
    pairs = one.units["residences"][["id", *keys]].merge(source.units["residences"][["id", *keys]], on=keys)
    return {("residences", mine): its for mine, its in zip(pairs["id_x"], pairs["id_y"], strict=True)}


def _told_leaks(found: Findings, campaign: int, reader: str, ground: Ground) -> list[str]:
    reasons = [_told_leak(leak, campaign, reader, ground) for leak in found.leaks]
    if found.ends:
        cell, code = found.ends[0]
        example = f"{len(found.ends)}, par exemple {cell}, {INDICATORS[code].label}"
        reasons.append(f"campagne {campaign} : 0 % ou 100 % écrits tels quels ({example})")
    return reasons


def _told_leak(leak: Leak, campaign: int, reader: str, ground: Ground) -> str:
    measure = f"dénominateur de {INDICATORS[leak.measure].label}" if leak.measure in INDICATORS else leak.measure
    if not leak.group.proven:
        return f"campagne {campaign} : sûreté non prouvée pour {len(leak.group.atoms)} adresses ({measure}, {reader})"
    dwellings = sum(ground.dwellings.get(atom, 0) for atom in leak.group.atoms)
    return (
        f"campagne {campaign} : {reader} déduit un groupe de {dwellings} logements ({measure} : {leak.group.weight}), "
        f"adresses {', '.join(map(str, sorted(leak.group.atoms, key=str)))}"
    )


def _told(interval: Interval) -> str:
    kind, _, unit = interval.cell.partition("/")
    singular = UNITS[kind].singular if kind in UNITS else kind
    return f"entre {interval.low:g} et {interval.high:g} sur {interval.size:g} ({singular} {unit})"
