"""Whose edition is asked for, which landlords pool what they know, and how their names are written in files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from atlas.errors import Faults, excerpt
from atlas.sources.holders import holder_key
from atlas.tables import AUDIENCES, LANDLORD, Audience
from atlas.writing import slug

Pools = Mapping[str, str]


def audiences_of(editions: Sequence[str], landlords: Iterable[str]) -> list[Audience]:
    """Find the audience of each edition; ``bailleur-<nom>`` is that of a landlord, its name written as a file name.

    Raises
    ------
    AtlasError
        ``EDITION-BAILLEUR`` for each landlord that the survey does not know, or whose name is written as that of
        another: its edition opens the stock of one, and only one.
    """
    faults, found = Faults(), []
    by_slug: dict[str, list[str]] = {}
    for landlord in dict.fromkeys(landlords):
        if slug(landlord):
            by_slug.setdefault(slug(landlord), []).append(landlord)
    for name in editions:
        meant = by_slug.get(slug(name.removeprefix(LANDLORD)), [])
        if name in AUDIENCES:
            found.append(AUDIENCES[name])
        elif len(meant) == 1:
            found.append(_of_landlord(meant[0]))
        elif meant:
            faults.add(
                "EDITION-BAILLEUR",
                f"L'édition « {name} » désigne plusieurs bailleurs de l'enquête : {excerpt(meant)}.",
                "un bailleur par édition : son propre parc y est ouvert, et nul autre",
                "écrire leurs noms de façon que lettres sans accent et chiffres les distinguent",
            )
        else:
            faults.add(
                "EDITION-BAILLEUR",
                f"Aucun bailleur de l'enquête ne s'appelle « {name.removeprefix(LANDLORD)} ».",
                f"une de {', '.join(LANDLORD + known for known in sorted(by_slug))}",
                "corriger --edition",
            )
    faults.raise_if_any()
    return found


def _of_landlord(landlord: str) -> Audience:
    return Audience(
        LANDLORD + slug(landlord),
        f"{landlord}, pour son propre parc",
        notices=(f"Édition réservée à {landlord} : son propre parc n'y est pas masqué. À ne pas transmettre.",),
        landlord=landlord,
    )


def pools_of(groups: Mapping[str, Sequence[str]], landlords: Iterable[str]) -> Pools:
    """Find the group of each landlord that a territory file declares as one holder: they read with what all know.

    Returns
    -------
    mapping
        By the key of a landlord, :func:`atlas.sources.holders.holder_key`, the name of its group.

    Raises
    ------
    AtlasError
        ``GROUPE-BAILLEUR`` for each landlord that the survey does not know, or that two groups name.
    """
    faults, pools = Faults(), dict[str, str]()
    known = {holder_key(landlord): landlord for landlord in landlords}
    for group, names in groups.items():
        for name in names:
            other = pools.setdefault(holder_key(name), group)
            if holder_key(name) not in known:
                faults.add(
                    "GROUPE-BAILLEUR",
                    f"[groupes_bailleurs] « {group} » : aucun bailleur de l'enquête ne s'appelle « {name} ».",
                    f"un de {', '.join(sorted(known.values()))}",
                    "corriger le nom, ou le retirer du groupe",
                )
            elif other != group:
                faults.add(
                    "GROUPE-BAILLEUR",
                    f"[groupes_bailleurs] : « {name} » est dans les groupes « {other} » et « {group} ».",
                    "un bailleur dans un seul groupe",
                    "le retirer de l'un des deux, ou réunir les groupes",
                )
    faults.raise_if_any()
    return pools


def pooled(landlords: pd.Series, pools: Pools) -> pd.Series:
    """Name who holds each row: the declared group of its landlord, or the landlord.

    >>> pooled(pd.Series(["Habitat A", "Habitat B"]), {"habitatb": "Groupe"}).tolist()
    ['Habitat A', 'Groupe']
    """
    names = {name: pools.get(holder_key(str(name)), str(name)) for name in landlords.dropna().unique()}
    return landlords.map(names)


def readings_of(who: np.ndarray, group: np.ndarray) -> list[np.ndarray]:
    """Give who knows each atom, in as few readings as let everyone who knows an atom of a group know it in one of them.

    Those who know the same group never share a reading: each is found whole in the one of its colour.
    """
    pairs = pd.DataFrame({"group": group, "who": who})[who >= 0].drop_duplicates()
    pairs = pairs[pairs["group"].duplicated(keep=False)]
    members = {name: sorted(one) for name, one in pairs.groupby("group")["who"]}
    beside: dict[int, set[int]] = {}
    for several in members.values():
        for one in several:
            beside.setdefault(one, set()).update(several)
    colour: dict[int, int] = {}
    for one in sorted(beside):
        taken = {colour[other] for other in beside[one] if other in colour}
        colour[one] = next(number for number in range(len(beside)) if number not in taken)
    readings = []
    for number in range(max(colour.values(), default=0) + 1):
        chosen = {name: next((one for one in of if colour[one] == number), of[0]) for name, of in members.items()}
        readings.append(pd.Series(group).map(chosen).fillna(pd.Series(who)).to_numpy(np.int64))
    return readings
