"""What an audience already holds: the figures of earlier editions, as cells over today's addresses.

In: folders of earlier masked editions, with their GeoPackage. Out: one cell per unit whose figures were published, made
of the addresses it held then, for the campaign that edition showed. A unit with an address that today's survey does not
know cannot be compared: it is counted and said, not hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from atlas.errors import Faults
from atlas.tables import INDICATORS, PUBLISHED, UNITS


@dataclass(frozen=True)
class Released:
    """``membership``: cells x atoms, 0/1; ``names``: of each cell; ``rates``: by indicator, which cells gave it."""

    membership: sparse.csr_matrix
    names: np.ndarray
    rates: Mapping[str, np.ndarray]
    remarks: tuple[str, ...] = ()


def released_by(folders: Iterable[Path], atoms: pd.DataFrame) -> Released:
    """Read what earlier editions published.

    Parameters
    ----------
    folders : iterable of Path
        Folders of editions (each holds ``atlas.gpkg``).
    atoms : DataFrame
        Today's rows, one per ``campagne`` and ``id_adresse``.

    Raises
    ------
    AtlasError
        ``PUBLIE-ABSENT`` for each folder that is not an edition with its addresses: the public edition holds none, and
        shows nothing that the partners' edition does not.
    """
    cells, faults, remarks = [], Faults(), []
    for folder in folders:
        try:
            cells.append(_cells(folder))
        except (OSError, ValueError, KeyError) as error:
            faults.add(
                "PUBLIE-ABSENT",
                f"--deja-publie : {folder.name} n'est pas une édition lisible avec ses adresses ({error}).",
                "le dossier d'une édition partenaire ou bailleur, avec son atlas.gpkg",
                "donner le dossier de l'édition, par exemple atlas-2025/partenaire",
            )
    faults.raise_if_any()
    position = pd.Series(np.arange(len(atoms)), index=pd.MultiIndex.from_frame(atoms[["campagne", "id_adresse"]]))
    names: list[str] = []
    rows: list[int] = []
    columns: list[int] = []
    rates: dict[str, list[bool]] = {code: [] for code in INDICATORS}
    unknown = 0
    for name, campaign, addresses, codes in (cell for part in cells for cell in part):
        found = position.reindex([(campaign, address) for address in addresses])
        if found.isna().any():
            unknown += 1
            continue
        columns += found.astype(int).tolist()
        rows += [len(names)] * len(found)
        names.append(name)
        for code, given in rates.items():
            given.append(code in codes)
    if unknown:
        remarks.append(
            f"{unknown} figures déjà publiées portent sur des adresses absentes de cette construction : non comparées."
        )
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(names), len(atoms)))
    flags = {code: np.array(given, dtype=bool) for code, given in rates.items()}
    return Released(matrix, np.array(names, dtype=str), flags, tuple(remarks))


def _cells(folder: Path) -> list[tuple[str, int, list[str], set[str]]]:
    """List (name, campaign, addresses, published indicators) of every unit an edition published."""
    import pyogrio

    package = folder / "atlas.gpkg"
    series = pyogrio.read_dataframe(package, layer="series")
    addresses = pyogrio.read_dataframe(package, layer="adresses", read_geometry=False)
    campaign = int(addresses["campagne"].max())
    shown = series[(series["campagne"] == campaign) & (series["statut"] == PUBLISHED)]
    codes = shown.groupby(["unite", "id"])["indicateur"].agg(set)
    found = []
    for kind, unit in UNITS.items():
        key = {"adresses": "id"}.get(kind, unit.key)
        place = addresses[key] if key else pd.Series("territoire", index=addresses.index)
        for identifier, group in addresses.groupby(place.to_numpy()):
            if (kind, identifier) in codes.index:
                name = f"{folder.parent.name}/{folder.name}\n{kind}\n{identifier}"
                found.append((name, campaign, group["id"].tolist(), codes[kind, identifier]))
    return found
