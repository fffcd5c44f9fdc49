"""Count: additive counts of every unit, by survey year and indicator. Counts only: a rate is computed last, elsewhere.

In: the survey (one row per campaign and address), the placed and grouped addresses, the quarters each lies in, counts
from other files. Out: for every kind of unit one row per unit and campaign, with sizes and, for each indicator, its
numerator and denominator summed over the addresses that gave *both*: an address that did not answer an item leaves its
rate, not its total. A count that no address gave is missing, never zero; where some were asked and none answered it is
missing too. Nothing is set aside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.tables import INDICATORS, UNITS, Unit
from atlas.tables.keys import positions
from atlas.tables.lists import has_lists, of_the_year
from atlas.tables.updates import UPDATE, of_surveys
from atlas.tables.years import FOLLOWED

SIZES = ("nb_logements", "nb_adresses", "menages")
NUMERATORS = tuple(indicator.n for indicator in INDICATORS.values())
DENOMINATORS = tuple(indicator.d for indicator in INDICATORS.values())
MEASURES = (*SIZES, *NUMERATORS, *DENOMINATORS)

_KEYS = tuple(unit.key for unit in UNITS.values() if unit.key and unit.key != "id_adresse")
_YEARLY = tuple(str(unit.key) for unit in UNITS.values() if unit.yearly and not unit.occasional)


@dataclass(frozen=True)
class Counted:
    """Counts of every unit of a territory.

    ``atoms``: one row per campaign and address, the counts of :data:`MEASURES`, ``m_`` of the indicators whose
    respondents are told apart, and the keys of every partition, the landlord being that of the campaign.
    ``units``: by kind, one row per (``id``, ``campagne``) with :data:`MEASURES`. ``membership``: by kind, a 0/1 matrix
    (rows of the unit table x atoms) such that counts = membership @ atoms: what secrecy reasons on. Kinds that hold by
    the list of quarters of the time are there where addresses tell several lists.
    """

    atoms: pd.DataFrame
    units: Mapping[str, pd.DataFrame]
    membership: Mapping[str, sparse.csr_array]


def count(survey: pd.DataFrame, addresses: pd.DataFrame, quarters: pd.DataFrame, *others: pd.DataFrame) -> Counted:
    """Sum every measure over every kind of unit.

    Parameters
    ----------
    survey : DataFrame
        Canonical OPS columns, one row per ``campagne`` and ``id_adresse``; ``id_actualisation`` of what came between
        two surveys, where something did.
    addresses : DataFrame
        One row per ``id_adresse`` with the partition keys of :data:`atlas.tables.UNITS`, and ``id_suite`` where some
        changed their identifier.
    quarters : DataFrame
        One row per address and quarter (``id_adresse``, ``id``): quarters of several perimeters may overlap.
    *others : DataFrame
        Counts that other files give, one row per ``campagne`` and ``id_adresse``, columns among
        :data:`atlas.tables.OTHER_COUNTS`.

    Returns
    -------
    Counted
    """
    addresses = addresses.reset_index(drop=True)
    if not addresses["id_adresse"].is_unique:
        raise pd.errors.MergeError("an address is described twice")
    address = positions(survey["id_adresse"], addresses["id_adresse"])
    of_survey = of_surveys(survey).to_numpy()
    place = np.where(of_survey, address, -1)  # what came between two surveys is in no total of either
    atoms = _atoms(survey, _keys_at(addresses, place, survey["campagne"]), others)
    if FOLLOWED in addresses:
        atoms = atoms.assign(**{FOLLOWED: addresses[FOLLOWED].array.take(address)})
    year, campaigns = pd.factorize(atoms["campagne"], sort=True)
    identity: dict[str, dict[str, Any]] = {}
    members: dict[str, _Members] = {}
    for name, unit in UNITS.items():
        if unit.occasional and (unit.key not in atoms or atoms[unit.key].isna().all()):
            continue
        number, atom, identifiers = (
            _numbers_by_quarter(addresses, quarters, place)
            if name == "quartiers"
            else _numbers_of_year(atoms[str(unit.key)].where(of_survey | unit.between))
            if unit.yearly
            else _numbers_by_key(_known(unit, addresses), place)
        )
        code = number * len(campaigns) + np.where(number < len(identifiers), year[atom], 0)
        present = np.flatnonzero(np.bincount(code, minlength=1)[: len(identifiers) * len(campaigns)])
        row = np.full(code.max(initial=0) + 1, len(present))
        row[present] = np.arange(len(present))
        members[name] = _Members(row[code], atom, len(present))
        unit_number, year_number = np.divmod(present, max(len(campaigns), 1))
        identity[name] = {"id": identifiers.take(unit_number), "campagne": campaigns[year_number]}
    sums = _sums(atoms, members)
    units = {name: pd.DataFrame({**identity[name], **sums[name]}, copy=False) for name in members}
    return Counted(atoms, units, {name: kind.matrix(len(atoms)) for name, kind in members.items()})


@dataclass(frozen=True)
class _Members:
    """Which atoms each row of a unit table sums: pairs of a ``row`` and an ``atom``; ``size`` rows.

    ``row`` is ``size`` for an atom that no row holds. Where no atom is in two rows, ``atom`` is all of them in order.
    """

    row: np.ndarray
    atom: np.ndarray | slice
    size: int

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Sum values of the atoms by row: what the membership matrix would, three times faster."""
        sums = np.bincount(self.row, weights=values[self.atom], minlength=self.size + 1)[: self.size]
        return sums.astype(float, copy=False)  # whole numbers where there is no pair at all

    def any(self, flags: np.ndarray) -> np.ndarray:
        """Tell the rows of which an atom at least is flagged."""
        found = np.zeros(self.size + 1, dtype=bool)
        found[self.row[flags[self.atom]]] = True
        return found[: self.size]

    def matrix(self, atoms: int) -> sparse.csr_array:
        """Give the 0/1 matrix (rows x atoms)."""
        held = self.row < self.size
        atom = np.arange(atoms)[self.atom][held]
        return sparse.csr_array((np.ones(len(atom)), (self.row[held], atom)), shape=(self.size, atoms))


def _atoms(survey: pd.DataFrame, placed: pd.DataFrame, others: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Pair each indicator's numerator and denominator per address: both known or both missing.

    ``placed``: for each row of the survey, the keys of its address.
    """
    given = survey.reset_index(drop=True)
    told = {name: values for other in others for name, values in _told(given, other).items()}

    def counts(name: str | None) -> np.ndarray:
        """Give a column of the survey or of another file, wholly missing where no file has it."""
        if name in told:
            return told[name]
        return given[name].to_numpy(float) if name in given else np.full(len(given), np.nan)

    columns: dict[str, Any] = {"nb_logements": given["nb_logements"], "nb_adresses": 1.0, "menages": given["menages"]}
    for indicator in INDICATORS.values():
        numerator, denominator, among = map(counts, (indicator.numerator, indicator.denominator, indicator.among))
        denominator = np.where(np.isnan(among), denominator, among)
        silent = (denominator == 0) & (counts(indicator.asked) > 0)
        both = ~np.isnan(numerator) & ~np.isnan(denominator) & ~silent
        columns[indicator.n], columns[indicator.d] = (np.where(both, side, np.nan) for side in (numerator, denominator))
        if indicator.respondents:
            columns[indicator.m] = np.where(both, counts(indicator.respondents), np.nan)
    identity = {name: given[name] for name in ("campagne", "id_adresse", "fichier", "ligne")}
    yearly = [key for key in (*_YEARLY, UPDATE) if key in given]
    keys = {key: given[key] if key in yearly else placed[key].array for key in _KEYS if key in (*yearly, *placed)}
    return pd.DataFrame({**identity, **keys, **columns}, copy=False)


def _told(given: pd.DataFrame, other: pd.DataFrame) -> dict[str, np.ndarray]:
    """Give the counts of another file at each row of the survey, missing where it says nothing of that year."""
    place = np.full(len(given), -1)
    ours, theirs = given["campagne"].to_numpy(), other["campagne"].to_numpy()
    for campaign in np.unique(theirs):
        mine, known = np.flatnonzero(ours == campaign), np.flatnonzero(theirs == campaign)
        found = positions(given["id_adresse"].iloc[mine], other["id_adresse"].iloc[known])
        place[mine] = np.where(found < 0, -1, known[found] if len(known) else -1)
    counts = other.reset_index(drop=True).drop(columns=["campagne", "id_adresse"])
    return {str(name): column.reindex(place).to_numpy(float) for name, column in counts.items()}


def _keys_at(addresses: pd.DataFrame, place: np.ndarray, years: pd.Series) -> pd.DataFrame:
    """Give the keys of every partition at the rows of the survey, those of lists of quarters as they were that year."""
    kinds = [unit for unit in UNITS.values() if unit.key in _KEYS and not unit.occasional]
    keys = pd.DataFrame({str(unit.key): _known(unit, addresses) for unit in kinds}).reindex(place)
    if not has_lists(addresses):
        return keys
    return keys.assign(**of_the_year(addresses.reindex(place), years))


def _known(unit: Unit, addresses: pd.DataFrame) -> pd.Series:
    keys = unit.keys_of(addresses)
    assert keys is not None  # the stages before give every key that no unit makes
    return keys


def _numbers_by_key(identifier: pd.Series, place: np.ndarray) -> tuple[np.ndarray, slice, pd.Index]:
    """Number the unit of each atom from the key of its address; the number of units where it has none."""
    code, identifiers = pd.factorize(identifier.astype("str"), sort=True)
    code = np.append(np.where(code < 0, len(identifiers), code), len(identifiers))  # the last: an unknown address
    return code[place], slice(None), identifiers


def _numbers_of_year(key: pd.Series) -> tuple[np.ndarray, slice, pd.Index]:
    """Number the unit of each atom from its own row of the survey."""
    code, identifiers = pd.factorize(key.astype("str"), sort=True)
    return np.where(code < 0, len(identifiers), code), slice(None), identifiers


def _numbers_by_quarter(
    addresses: pd.DataFrame, quarters: pd.DataFrame, place: np.ndarray
) -> tuple[np.ndarray, np.ndarray, pd.Index]:
    """Number the quarters of each atom, with the atom: an address may lie in several."""
    code, identifiers = pd.factorize(quarters["id"].astype("str"), sort=True)
    inside = pd.DataFrame({"place": positions(quarters["id_adresse"], addresses["id_adresse"]), "unit": code})
    pairs = pd.DataFrame({"place": place, "atom": np.arange(len(place))}).merge(inside, on="place")
    return pairs["unit"].to_numpy(), pairs["atom"].to_numpy(), identifiers


def _sums(atoms: pd.DataFrame, members: Mapping[str, _Members]) -> dict[str, dict[str, np.ndarray]]:
    """Sum every measure over every kind of unit, one measure at a time: no second copy of the atoms is made."""
    sums: dict[str, dict[str, np.ndarray]] = {name: {} for name in members}
    for measure in SIZES:
        values = atoms[measure].to_numpy(float)
        told = ~np.isnan(values)
        values = np.where(told, values, 0)
        for name, kind in members.items():
            sums[name][measure] = np.where(kind.any(told), kind.sum(values), np.nan)
    for indicator in INDICATORS.values():
        above, below = atoms[indicator.n].to_numpy(float), atoms[indicator.d].to_numpy(float)
        silent = np.isnan(below)
        above, below = np.where(silent, 0, above), np.where(silent, 0, below)
        for name, kind in members.items():
            part, whole = kind.sum(above), kind.sum(below)
            # Nobody concerned at one address and no answer at another: the whole is not known to concern nobody.
            unsure = (part == 0) & (whole == 0) & kind.any(silent)
            part[unsure] = whole[unsure] = np.nan
            sums[name][indicator.n], sums[name][indicator.d] = part, whole
    return {name: {measure: columns[measure] for measure in MEASURES} for name, columns in sums.items()}
