"""What each address answered, under which name it goes on, and which answers are the same.

Grain: the addresses of :attr:`atlas.protect.ground.Ground.addresses`, today's, then those that an earlier edition alone
knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from atlas.protect.ground import Ground
from atlas.tables import INDICATORS, Indicator
from atlas.tables.years import FOLLOWED

_OF_PEOPLE = ("ménages", "emménagés récents", "majeurs")


def own_of(indicator: Indicator) -> list[str]:
    """Name the columns of an indicator that the row of answers of an address does not hold."""
    return [] if indicator.population in _OF_PEOPLE else [indicator.n, indicator.d]


def answers_of(atoms: pd.DataFrame) -> pd.DataFrame:
    """Give the whole row of what each address answered of its households and people, nothing as zero."""
    told = [name for one in INDICATORS.values() if one.population in _OF_PEOPLE for name in (one.n, one.d, one.m)]
    return atoms[["menages", *(name for name in told if name in atoms)]].fillna(0).astype(float)


def owners(ground: Ground) -> np.ndarray:
    """Number the address that each goes on as, (addresses,); those that one became keep their own names."""
    who = pd.concat([name for name, _ in _told(ground, ())], ignore_index=True)
    several = who.groupby(ground.addresses["campagne"].to_numpy()).transform(lambda names: names.duplicated(keep=False))
    return pd.factorize(who.mask(several.astype(bool), ground.addresses["id"].astype("str")))[0]


def versions(ground: Ground, own: Sequence[str] = ()) -> np.ndarray:
    """Number what each address answered, (addresses,): alike where the same was given for it twice.

    Parameters
    ----------
    own : sequence of str
        Columns of the atoms that must be the same too: of an indicator that the survey does not tell.
    """
    names, rows = zip(*_told(ground, own), strict=True)
    answers = pd.concat([rows[0], *(row.reindex(columns=rows[0].columns) for row in rows[1:])], ignore_index=True)
    answers = answers.fillna(0.0)
    alike = pd.util.hash_pandas_object(answers.assign(who=pd.concat(names, ignore_index=True)), index=False).to_numpy()
    # What was never answered is like nothing else.
    alone = np.arange(len(ground.addresses))
    told = np.flatnonzero((answers != 0).any(axis=1).to_numpy())
    numbers, first = np.unique(alike[told], return_index=True)
    alone[told] = told[first[np.searchsorted(numbers, alike[told])]]
    return alone


def _told(ground: Ground, own: Sequence[str]) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    """Give what each address goes on as, and all that it answered, nothing as zero: of today, of each release alone."""
    start, today = 0, len(ground.counted.atoms)
    gone = [release.atoms[place >= today] for release, place in zip(ground.releases, ground.place, strict=True)]
    for atoms in (ground.counted.atoms, *gone):
        who = pd.Series(ground.addresses["id"].to_numpy()[start : start + len(atoms)], atoms.index)
        who = atoms[FOLLOWED].fillna(who) if FOLLOWED in atoms else who
        more = atoms.reindex(columns=list(own)).fillna(0).astype(float)
        told = answers_of(atoms) if "menages" in atoms else pd.DataFrame(index=atoms.index)
        start += len(atoms)
        yield who.astype("str").reset_index(drop=True), pd.concat([told, more], axis=1).reset_index(drop=True)


def delivered_again(atoms: pd.DataFrame, version: np.ndarray, most: float) -> np.ndarray:
    """Number what each address answered, as :func:`versions`, but what may be alike by chance is like nothing else.

    That is one household alone, of a landlord fewer of whose addresses than ``most`` (%) answered the same twice: of a
    file delivered twice, whoever sees the same figures twice may suppose it.
    """
    alike = np.bincount(version)[version] > 1
    told = pd.Series(alike.astype(float)).where(answers_of(atoms).any(axis=1).to_numpy())
    share = 100 * told.groupby([atoms["campagne"].to_numpy(), atoms["bailleur"].to_numpy()]).transform("mean")
    several = (atoms["menages"] > 1).to_numpy()
    return np.where(alike & (several | (share >= most).to_numpy()), version, np.arange(len(atoms)))
