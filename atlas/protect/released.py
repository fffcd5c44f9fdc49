"""What an audience already holds: every figure of earlier editions, and who each of them bore on then.

In: folders of earlier masked editions. Out: by edition, the cells it published (unit, campaign, indicator) and the
addresses of that time, with the units they stood in and, where the builder kept its evidence beside the edition, what
each had answered. Every campaign and perimeter of the edition is read, and addresses that have left since.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from atlas.errors import Faults
from atlas.later import sparse
from atlas.output import EVIDENCE
from atlas.protect.read_before import HALF, WHOLE, ReadBefore, read_before
from atlas.sources.holders import holder_key
from atlas.tables import PUBLISHED, QUARTERS_BETWEEN, UNITS

_CELL = ["unite", "id", "campagne"]
_BRACKETS = r" \([^()]*\)$"


@dataclass(frozen=True, eq=False)
class Release:
    """One earlier edition.

    ``cells``: one row per unit and campaign with a published figure (``unite, id, campagne``, ``codes``: the published
    indicators). ``atoms``: one row per campaign and address, as it stood. ``membership``: csr (cells, atoms), 0/1.
    ``answers``: whether ``atoms`` tells what each address had answered. ``figures``: one row per published figure, its
    ``cell``, a row of ``cells``, ``indicateur`` and ``libelle``. ``read``: what it reads of recent movers on sums that
    it does not publish, which are the last cells.
    """

    name: str
    cells: pd.DataFrame
    atoms: pd.DataFrame
    membership: sparse.csr_matrix
    answers: bool
    figures: pd.DataFrame
    read: ReadBefore

    def gave(self, code: str | None) -> np.ndarray:
        """Tell the cells that published an indicator, or any figure at all, (cells,)."""
        if code is None:
            return ~self.cells["unite"].isin([WHOLE, HALF]).to_numpy(bool)
        return self.cells["codes"].map(lambda codes: code in codes).to_numpy(bool)

    @property
    def first_read(self) -> int:
        """Number of the first cell of what is read and not published."""
        return len(self.cells) - len(self.read.cells)

    def halves(self) -> np.ndarray:
        """Give the two cells of each sum over two campaigns, the earlier first, (sums, 2)."""
        parts = [row[row >= 0] for row in np.split(self.read.sums.indices, self.read.sums.indptr[1:-1])]
        year = self.read.cells["campagne"].to_numpy()
        pairs = {tuple(part[np.argsort(year[part])].tolist()) for part in parts if len(part) == 2}
        return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2) + self.first_read


def released_by(folders: Iterable[Path]) -> list[Release]:
    """Read what earlier editions published.

    Parameters
    ----------
    folders : iterable of Path
        Folders of editions (each holds ``atlas.gpkg``); the builder's evidence is looked for in the folder around.

    Raises
    ------
    AtlasError
        ``PUBLIE-ABSENT`` for each folder that is not an edition, or that nothing tells the addresses of: a public
        edition alone.
    """
    found, faults = [], Faults()
    for folder in folders:
        try:
            found.append(_release(folder))
        except (OSError, ValueError, KeyError, sqlite3.Error, pd.errors.DatabaseError) as error:
            faults.add(
                "PUBLIE-ABSENT",
                f"--deja-publie : {folder.name} n'est pas une édition dont on sache les adresses ({error}).",
                f"le dossier d'une édition masquée, avec son atlas.gpkg, et {EVIDENCE} de sa construction dans le "
                "dossier qui le contient (indispensable pour l'édition publique)",
                "donner le dossier tel que la construction l'a laissé, par exemple atlas-2025/partenaire",
            )
    faults.raise_if_any()
    return found


def named_today(release: Release, today: pd.DataFrame) -> pd.Series:
    """Name the addresses of a release as a build names them now.

    Two landlords that number alike have an address each, ``1 (habitat-sud)``: the day when the second one comes, or
    goes, the address of the first changes its name and nothing else. One that is not found again by its name is looked
    for by what stands before the brackets, with its landlord, then alone where nothing else answers to it.

    Parameters
    ----------
    today : DataFrame
        ``campagne, id, bailleur`` of every address of today.

    Returns
    -------
    Series of str, (atoms of the release,)
    """
    then = release.atoms[["campagne", "id", "bailleur"]]
    names = then["id"].copy()
    for keys in (["campagne", "bare", "holder"], ["campagne", "bare"]):
        known = pd.MultiIndex.from_arrays([then["campagne"], names])
        lost = then[~known.isin(pd.MultiIndex.from_frame(today[["campagne", "id"]]))]
        fresh = today[~pd.MultiIndex.from_frame(today[["campagne", "id"]]).isin(known)]
        sides = [
            one.assign(
                bare=one["id"].str.replace(_BRACKETS, "", regex=True),
                holder=one["bailleur"].map(lambda name: holder_key(str(name))),
                row=one.index,
            ).drop_duplicates(keys, keep=False)
            for one in (lost, fresh)
        ]
        pairs = sides[0].merge(sides[1], on=keys, suffixes=("", "_now"))
        names.loc[pairs["row"].to_numpy()] = pairs["id_now"].to_numpy()
    return names


def _release(folder: Path) -> Release:
    package, beside = folder / "atlas.gpkg", folder.parent / EVIDENCE
    with closing(sqlite3.connect(f"file:{package.as_posix()}?mode=ro", uri=True)) as connection:
        series = pd.read_sql_query(
            "SELECT unite, id, campagne, indicateur, libelle FROM series WHERE statut = ? AND numerateur IS NULL",
            connection,
            params=(PUBLISHED,),
        )
        if beside.is_file():
            atoms = pd.read_parquet(beside)
        else:
            atoms = pd.read_sql_query("SELECT * FROM composition", connection).drop(columns="fid")
        atoms = atoms.astype({"campagne": np.int64, "id": "str"})
        series = series.astype({"campagne": np.int64, "id": "str"})
        cells = series.groupby(_CELL)["indicateur"].agg(frozenset).rename("codes").reset_index()
        # The public edition renames residences: it is then read by the names that it gave.
        homes = cells.loc[cells["unite"] == "residences", "id"]
        renamed = "pseudonyme" in atoms and not homes.isin(atoms["id_residence"]).any()
        residence = "pseudonyme" if renamed else "id_residence"
        read = read_before(folder, connection, atoms, residence)
    rows, columns = [], []
    for kind, keys, atom in _members(atoms, residence):
        wanted = cells.index[cells["unite"] == kind]
        place = pd.MultiIndex.from_frame(cells.loc[wanted, ["id", "campagne"]])
        at = place.get_indexer(pd.MultiIndex.from_arrays([keys, atoms["campagne"].to_numpy()[atom]]))
        rows.append(wanted.to_numpy()[at[at >= 0]])
        columns.append(atom[at >= 0])
    row, column = (np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64) for parts in (rows, columns))
    matrix = sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(cells), len(atoms)))
    name = f"{folder.parent.name}/{folder.name}"
    cell = pd.MultiIndex.from_frame(cells[_CELL]).get_indexer(pd.MultiIndex.from_frame(series[_CELL]))
    figures = series[["indicateur", "libelle"]].assign(cell=cell)
    cells = pd.concat([cells, read.cells], ignore_index=True)
    matrix = sparse.vstack([matrix, read.membership], format="csr")
    return Release(name, cells, atoms, matrix, "menages" in atoms, figures, read)


def _members(atoms: pd.DataFrame, residence: str) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Give, by kind of unit, pairs of a unit's identifier and the position of an address that it held."""
    everything = np.arange(len(atoms))
    for kind, unit in UNITS.items():
        if kind == "quartiers":
            split = atoms["quartiers"].str.split(QUARTERS_BETWEEN).explode()
            told = split.notna().to_numpy()
            yield kind, split.to_numpy(object)[told], np.repeat(everything, atoms["quartiers"].map(_count))[told]
            continue
        column = {"adresses": "id", "residences": residence}.get(kind)
        keys = atoms[column] if column else unit.keys_of(atoms)
        if keys is not None:
            told = keys.notna().to_numpy()
            yield kind, keys.to_numpy(object)[told], everything[told]


def _count(codes: object) -> int:
    return codes.count(QUARTERS_BETWEEN) + 1 if isinstance(codes, str) else 1
