"""Which cells of an edition may be shown: small units, and whatever would let a subtraction give them back.

In: counts of every kind of unit, all years, and the 0/1 matrices that make them from addresses. Out: by kind, which
rows and which rates of each row are open. The reasoning on sums is that of :mod:`atlas.secrecy`; here are the policies:
what counts as weight, what is kept first, what landlords know already, how editions nest.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from atlas.errors import excerpt
from atlas.later import sparse
from atlas.output import EVIDENCE
from atlas.protect.answered import own_of, versions
from atlas.protect.audiences import Pools, pools_of
from atlas.protect.ground import Counts, Ground, Measured, safe_for_all
from atlas.protect.loosened import Cells, loosened, telling
from atlas.protect.released import Release, released_by
from atlas.protect.repeated import Repeated
from atlas.protect.rules import Opening, Scale, SecrecyRules
from atlas.protect.sums_read import beside_readings
from atlas.protect.united import settled
from atlas.protect.weights import told_apart
from atlas.protect.wider import widened
from atlas.secrecy import SECONDARY, Layer, Pattern, protect_layers, small_perimeter_changes
from atlas.tables import INDICATORS
from atlas.tables.updates import of_surveys
from atlas.tables.wider import RECENT


@dataclass(frozen=True)
class Secrecy:
    """What masked editions may show, by kind of unit, who pools, what earlier releases gave away for good (French)."""

    openings: Mapping[str, Opening]
    pools: Pools
    remarks: tuple[str, ...]


def opened(
    counted: Counts,
    rules: SecrecyRules,
    scale: Scale,
    kinds: Sequence[str] = (),
    already: Sequence[Path] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    ways: Sequence[str] = (),
) -> Secrecy:
    """Decide what masked editions may show of these kinds of unit, all by default; every masked audience sees no more.

    The result is safe against an outsider, and against each landlord or declared group of landlords, who knows exactly
    the stock it held at each campaign and subtracts it: an edition passes from hand to hand, and landlords sit in the
    commissions. Dwelling counts are public and not decided here. ``already``: folders of the editions that the audience
    holds, whose figures cannot be taken back; ``groups``: landlords by the name of the group that they declare;
    ``ways``: perimeters on which to read the criterion of recent movers, :data:`atlas.tables.wider.WAYS`.
    """
    kinds = kinds or tuple(counted.units)
    releases = released_by(already)
    pools = pools_of(groups or {}, counted.atoms["bailleur"].dropna().unique())
    ground = Ground.of(counted, kinds, releases, pools).preferring(_lacking(counted, kinds, rules, scale))
    again = Repeated.of(ground, rules)
    moved = _moved_a_little(counted, kinds, rules)
    wished = ground.shared.candidates & ~np.concatenate([moved, np.zeros(len(ground.kind) - len(moved), dtype=bool)])
    whole_row = versions(ground)
    first, base = settled(
        ground.measured(None),
        whole_row,
        rules.unit,
        lambda whole: safe_for_all(whole.system.wishing(wished), whole.others, rules.unit),
    )
    hidden = again.withheld(base.published[: again.size], None)
    base = replace(base, status=_without(base.status, hidden))
    rates: dict[str, tuple[Measured, Pattern]] = {}
    signatures = {}
    for indicator in INDICATORS.values():
        told = counted.atoms[indicator.d].notna().to_numpy()
        measured, given = ground.measured(indicator.code), ground.gave(indicator.code)
        weights, thresholds = told_apart(measured.system.weights, np.array(rules.rate))
        version = versions(ground, own) if (own := own_of(indicator)) else whole_row
        # Most rates share the answers of another: one system serves them all.
        parts = (weights, thresholds, told, given, version)
        signature = sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
        signatures[indicator.code] = signature
        if signature not in rates:
            asked = np.concatenate([counted.membership[name] @ told > 0 for name in kinds])
            asked = np.concatenate([asked, np.zeros(len(given) - len(asked), dtype=bool)])
            weighed = replace(measured, system=measured.system.weighing(weights))
            mask = partial(_rate, base, asked, given, thresholds)
            rates[signature] = settled(weighed, version, thresholds, mask)
    shown = {code: rates[signature][1].published[ground.kind != ""] for code, signature in signatures.items()}
    shown = again.rates(shown)
    movers = np.concatenate([shown[RECENT], rates[signatures[RECENT]][1].published[again.size :]])
    beside = beside_readings(ground, movers, rules)
    shown[RECENT] = beside[ground.kind != ""]
    cells = Cells.of(ground, kinds)
    shown |= loosened(cells, shown, rules, scale)
    openings = {
        name: Opening(
            base.published[ground.kind == name],
            {code: open_[ground.kind[ground.kind != ""] == name] for code, open_ in shown.items()},
        )
        for name in kinds
    }
    if ways and (threshold := scale.criteria.get(RECENT)) is not None:
        movers = np.concatenate([shown[RECENT], ground.gave(RECENT)[ground.kind == ""]])
        home = openings["residences"]
        wider, readings = widened(ground, movers, home.rows, ways, rules, threshold)
        back = telling(cells, shown, readings, rules, scale)
        openings["residences"] = replace(home, wider=replace(wider, perimeter=_taken_back(wider.perimeter, back)))
    open_groups = {
        tuple(sorted({int(measured.address[atom]) for atom in group.atoms})): group
        for measured, pattern in ((first, base), *rates.values())
        for group in pattern.unprotectable
    }
    return Secrecy(openings, pools, (*_unread(releases), *_given_away(open_groups, ground.addresses)))


def _rate(base: Pattern, asked: np.ndarray, given: np.ndarray, thresholds: np.ndarray, measured: Measured) -> Pattern:
    """Mask one rate under what the unit shows at all, from each landlord, then from those who pool what they know."""
    layer = Layer(measured.system, asked, given, thresholds)
    (pattern,) = protect_layers(base, {"": layer}).values()
    for holder in measured.others:
        (pattern,) = protect_layers(base, {"": layer.pooled(holder, pattern)}).values()
    return pattern


def _without(status: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Withhold today's cells that are hidden, as those that protect others are."""
    kept = status.copy()
    kept[np.flatnonzero(hidden)] = SECONDARY
    return kept


def _taken_back(perimeter: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Read nothing where a reading would fix a small masked unit."""
    kept = perimeter.copy()
    kept[back] = None
    return kept


def _lacking(counted: Counts, kinds: Sequence[str], rules: SecrecyRules, scale: Scale) -> np.ndarray:
    """Count the criteria that each unit is too small to show: those that can tell a level are masked last, (cells,).

    Denominators alone are read, no answer: which units are masked tells nothing of who lives there.
    """
    lacking = np.zeros(sum(len(counted.units[kind]) for kind in kinds), dtype=int)
    for code in scale.criteria:
        size = pd.concat([counted.units[kind][INDICATORS[code].d] for kind in kinds]).to_numpy()
        lacking += ((size > 0) & (size < rules.denominator)) | np.isnan(size)
    return lacking


def _moved_a_little(counted: Counts, kinds: Sequence[str], rules: SecrecyRules) -> np.ndarray:
    """Find the rows of units whose members changed since the campaign before by fewer dwellings than the threshold.

    A reader who supposes that little else changed reads these dwellings in the difference (R7): the later figure is
    withheld. A building delivered or demolished in between is no change of members.
    """
    atoms = counted.atoms
    campaigns = np.unique(atoms.loc[of_surveys(atoms), "campagne"])
    found = [np.zeros(len(counted.units[name]), dtype=bool) for name in kinds]
    address, _ = pd.factorize(atoms["id_adresse"])
    for before, after in itertools.pairwise(campaigns):
        old, new = (np.flatnonzero(atoms["campagne"] == year) for year in (before, after))
        _, first, second = np.intersect1d(address[old], address[new], return_indices=True)
        dwellings = atoms["nb_logements"].fillna(0).to_numpy(np.int64)
        weights = np.minimum(dwellings[old[first]], dwellings[new[second]])
        for name, moved in zip(kinds, found, strict=True):
            table = counted.units[name]
            rows = [np.flatnonzero(table["campagne"] == year) for year in (before, after)]
            was_there, is_there = (table["id"].to_numpy(object)[row] for row in rows)
            _, mine, its = np.intersect1d(was_there, is_there, return_indices=True)
            matrix = sparse.csr_matrix(counted.membership[name])
            was, became = matrix[rows[0][mine]][:, old[first]], matrix[rows[1][its]][:, new[second]]
            moved[rows[1][its]] = small_perimeter_changes(was, became, weights, rules.unit[0])
    return np.concatenate(found) if found else np.zeros(0, dtype=bool)


def _unread(releases: Sequence[Release]) -> list[str]:
    """Say of which editions only the members could be compared."""
    return [
        f"Déjà publié, {release.name} : {EVIDENCE} n'est pas dans le dossier de l'édition ; ses périmètres sont "
        "comparés, les réponses arrivées depuis ne peuvent pas l'être."
        for release in releases
        if not release.answers
    ]


def _given_away(groups: Iterable[tuple[int, ...]], addresses: pd.DataFrame) -> list[str]:
    """Report the groups that earlier releases let anyone derive: they can no longer be protected."""
    sentences = []
    for group in sorted(groups):
        rows = addresses.iloc[list(group)]
        sentences.append(
            f"Déjà publié, ne peut plus être protégé : {rows['nb_logements'].sum():.0f} logements, campagne "
            f"{rows['campagne'].iloc[0]}, adresses {excerpt(rows['id'])}."
        )
    return sentences
