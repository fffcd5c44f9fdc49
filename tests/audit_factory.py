"""Small editions as files, with the evidence of their builder: what the audit reads, made by nothing of the program."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

from atlas.tables import COMPOSITION_COLUMNS, INDICATORS

KINDS = {
    "territoire": None,
    "iris": "code_iris",
    "bailleurs": "bailleur",
    "residences": "id_residence",
    "adresses": "id",
}
Hidden = Collection[tuple]


def survey(rows: Collection[tuple], columns: str) -> pd.DataFrame:
    """Make a survey: one row per campaign and address; ``n_x`` is written beside ``d_x`` where only that is given.

    What is not given is as everybody has it: campaign 2022, one landlord, one IRIS, a residence by address.
    """
    table = pd.DataFrame(list(rows), columns=columns.split())
    default = {"campagne": 2022, "bailleur": "Alpha", "code_iris": "i-1", "id_residence": "r-" + table["id"]}
    for name, value in default.items():
        if name not in table:
            table[name] = value
    for name in ("code_insee", "code_qpv", "situation", "quartiers", "groupe"):
        if name not in table:
            table[name] = table["bailleur"] if name == "groupe" else None
    if "menages" not in table:
        table["menages"] = table["nb_logements"]
    for code in [name.removeprefix("d_") for name in table if name.startswith("d_")]:
        if f"n_{code}" not in table:
            table[f"n_{code}"] = (table[f"d_{code}"] * 0.5).round()
    return table


def edition(
    folder: Path,
    table: pd.DataFrame,
    hidden: Mapping[str, Hidden] | Hidden = (),
    *,
    households: bool = True,
    own: Collection[str] = (),
    labels: Mapping[tuple, str] | None = None,
    told: pd.DataFrame | None = None,
    name: str | None = None,
) -> Path:
    """Write an edition of a survey and, beside it, the evidence of its builder.

    Parameters
    ----------
    hidden : collection of (kind, id) or (kind, id, campaign), or a mapping of them by indicator
        What is masked; the households of a unit are masked where it is for every indicator.
    households : bool
        Whether responding households are told.
    own : collection
        Addresses whose counts are written.
    labels : mapping
        By (kind, id, indicator), a label in place of the rounded rate.
    told : DataFrame, optional
        What the composition says, in place of the survey's own places.
    """
    folder.mkdir(parents=True)
    table.to_parquet(folder.parent / "atomes.parquet", index=False)
    codes = [code for code in INDICATORS if f"d_{code}" in table]
    latest = table["campagne"].max()
    tables, series = {}, []
    for kind, key in KINDS.items():
        keys = table[key] if key else pd.Series("territoire", index=table.index)
        grouped = table.assign(unit=keys).groupby(["unit", "campagne"])
        units = grouped[["nb_logements", "menages"]].sum().reset_index()
        units["nb_adresses"] = grouped.size().to_numpy()
        masked = np.zeros(len(units), dtype=bool)
        for code in codes:
            answered = table[table[f"d_{code}"].notna()].assign(unit=keys).groupby(["unit", "campagne"])
            counts = answered[[f"n_{code}", f"d_{code}"]].sum().reset_index()
            both = units.merge(counts, how="left", on=["unit", "campagne"])
            wanted = hidden.get(code, ()) if isinstance(hidden, Mapping) else hidden
            secret = np.array([_in(wanted, kind, u, y) for u, y in both[["unit", "campagne"]].itertuples(index=False)])
            silent = both[f"d_{code}"].isna().to_numpy()
            secret &= ~silent
            masked |= secret | silent
            rate = (100 * both[f"n_{code}"] / both[f"d_{code}"]).round()
            status = np.where(silent, "non renseigné", np.where(secret, "secret", "publié"))
            shown = rate.where(status == "publié")
            label = [f"{one:.0f} %" if one == one else word for one, word in zip(shown, status, strict=True)]
            label = [(labels or {}).get((kind, u, code), text) for u, text in zip(both["unit"], label, strict=True)]
            counted = _counted(kind, key, both, table, set(own))
            series.append(
                pd.DataFrame(
                    {
                        "unite": kind,
                        "id": both["unit"],
                        "campagne": both["campagne"],
                        "indicateur": code,
                        "numerateur": both[f"n_{code}"].where(counted),
                        "denominateur": both[f"d_{code}"].where(counted),
                        "valeur": shown,
                        "statut": status,
                        "libelle": label,
                    }
                )
            )
        now = units["campagne"] == latest
        shown = units.rename(columns={"unit": "id"}).assign(nom=units["unit"])
        shown["menages"] = units["menages"].where(~masked & households)
        tables[kind] = shown[now]
        if kind == "adresses":
            places = table[table["campagne"] == latest][["id", "id_residence", "code_iris", "bailleur"]]
            tables[kind] = tables[kind].merge(places, on="id")
    tables["series"] = pd.concat(series, ignore_index=True)
    tables["composition"] = (table if told is None else told)[[column.name for column in COMPOSITION_COLUMNS]]
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        connection.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
        for kind, rows in tables.items():
            connection.execute("INSERT INTO gpkg_contents VALUES (?)", [kind])
            rows.assign(geom=None).to_sql(kind, connection, index_label="fid")
        connection.commit()
    manifest(folder, {"edition": name or folder.name, "masquee": True, "effectifs": bool(own)})
    return folder


def manifest(folder: Path, content: Mapping | None = None) -> None:
    """Declare every file of an edition."""
    path = folder / "manifeste.json"
    content = dict(content or json.loads(path.read_text("utf-8")))
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file != path)
    content["fichiers"] = [
        {"fichier": file.relative_to(folder).as_posix(), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        for file in files
    ]
    path.write_text(json.dumps(content), "utf-8")


def _in(wanted: Hidden, kind: str, unit: str, year: int) -> bool:
    return (kind, unit) in wanted or (kind, unit, year) in wanted


def _counted(kind: str, key: str | None, units: pd.DataFrame, table: pd.DataFrame, own: set[str]) -> np.ndarray:
    """Tell the units that hold nothing but addresses whose counts are written."""
    if not own:
        return np.zeros(len(units), dtype=bool)
    keys = table[key] if key else pd.Series("territoire", index=table.index)
    theirs = table.assign(unit=keys, mine=table["id"].isin(own)).groupby(["unit", "campagne"])["mine"].all()
    return units.set_index(["unit", "campagne"]).index.map(theirs).to_numpy(bool)
