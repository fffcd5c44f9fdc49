"""Small editions as files, with the evidence of their builder: what the audit reads, made by nothing of the program."""

from __future__ import annotations

import atexit
import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from atlas.audit import Limits, audit
from atlas.tables import COMPOSITION_COLUMNS, COMPOSITION_THEN, INDICATORS

LIMITS = Limits(11, 11, 11)

KINDS = {
    "territoire": None,
    "iris": "code_iris",
    "bailleurs": "bailleur",
    "residences": "id_residence",
    "adresses": "id",
}
# Of a survey that tells the quarters of two lists.
OF_LISTS = {"quartiers": "code_qpv", "quartiers_avant": "code_qpv_avant", "situations_epoque": "situation_epoque"}
BETWEEN = {"actualisations": "id_actualisation"}  # in no other unit
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
    updated = table["id_actualisation"].notna() if "id_actualisation" in table else pd.Series(False, table.index)
    latest = table.loc[~updated, "campagne"].max()
    tables, series = {}, []
    further = {**(OF_LISTS if "code_qpv_avant" in table else {}), **(BETWEEN if updated.any() else {})}
    for kind, key in {**KINDS, **further}.items():
        keys = table[key] if key else pd.Series("territoire", index=table.index)
        keys = keys if kind in BETWEEN else keys.mask(updated)
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
        now = units["campagne"] == (units["campagne"].max() if kind in OF_LISTS else latest)
        now |= kind in BETWEEN
        shown = units.rename(columns={"unit": "id"}).assign(nom=units["unit"])
        shown["menages"] = units["menages"].where(~masked & households)
        tables[kind] = shown[now]
        if kind == "adresses":
            places = table[table["campagne"] == latest][["id", "id_residence", "code_iris", "bailleur"]]
            tables[kind] = tables[kind].merge(places, on="id")
    tables["series"] = pd.concat(series, ignore_index=True)
    places = table if told is None else told
    then = [column.name for column in COMPOSITION_THEN if column.name in places]
    tables["composition"] = places[[*(column.name for column in COMPOSITION_COLUMNS), *then]]
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


ADDRESSES = pd.DataFrame(
    [
        ("a-0001", "r-0001", "i-0001", "Alpha", 20, 18, 9),
        ("a-0002", "r-0001", "i-0001", "Alpha", 15, 13, 5),
        ("a-0003", "r-0002", "i-0001", "Beta", 12, 12, 4),
        ("a-0004", "r-0003", "i-0001", "Beta", 6, 6, 3),
        ("a-0005", "r-0003", "i-0001", "Beta", 7, 7, 2),
        ("a-0006", "r-0004", "i-0002", "Alpha", 40, 33, 20),
        ("a-0007", "r-0005", "i-0002", "Beta", 30, 28, 8),
        ("a-0008", "r-0006", "i-0002", "Gamma", 25, 22, 11),
    ],
    columns=["id", "id_residence", "code_iris", "bailleur", "nb_logements", "menages", "pauvres"],
)
MASKED = {("adresses", "a-0004"), ("adresses", "a-0005")}


def written(folder, name="partenaire", masked=MASKED, counts=False, addresses=ADDRESSES):
    """Write a small edition: GeoPackage, one CSV per table, a workbook, a page, a manifest."""
    folder.mkdir(parents=True)
    (folder / "tableaux").mkdir()
    tables, series = {}, []
    for kind, key in [item for item in KINDS.items() if item[0] != "bailleurs"]:
        keys = addresses[key] if key else pd.Series("territoire", index=addresses.index)
        sums = addresses.groupby(keys.to_numpy())[["nb_logements", "menages", "pauvres"]].sum()
        table = sums.rename_axis("id").reset_index()
        hidden = [(kind, unit) in masked for unit in table["id"]]
        rate = (100 * table["pauvres"] / table["menages"]).round()
        told = (rate.map("{:.0f} %".format)).mask(hidden, "secret")
        shown = pd.DataFrame({"id": table["id"], "nom": table["id"], "campagne": 2022})
        if kind == "adresses":
            shown = shown.merge(addresses[["id", "id_residence", "code_iris", "bailleur"]], on="id")
        shown = shown.assign(
            nb_logements=table["nb_logements"],
            nb_adresses=1,
            menages=table["menages"].mask(hidden),
            tx_inf40=rate.mask(hidden),
            lb_inf40=told,
            st_inf40=pd.Series("publié", index=table.index).mask(hidden, "secret"),
        )
        tables[kind] = shown
        series.append(
            pd.DataFrame(
                {
                    "unite": kind,
                    "id": shown["id"],
                    "campagne": 2022,
                    "indicateur": "inf40",
                    "numerateur": table["pauvres"] if counts else None,
                    "denominateur": table["menages"] if counts else None,
                    "valeur": shown["tx_inf40"],
                    "statut": shown["st_inf40"],
                    "libelle": shown["lb_inf40"],
                }
            )
        )
    tables["series"] = pd.concat(series, ignore_index=True)
    places = addresses.assign(campagne=2022).reindex(columns=[column.name for column in COMPOSITION_COLUMNS])
    tables["composition"] = places
    answers = places.assign(menages=addresses["menages"], n_inf40=addresses["pauvres"], d_inf40=addresses["menages"])
    answers.to_parquet(folder.parent / "atomes.parquet", index=False)
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        connection.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
        for kind, table in tables.items():
            connection.execute("INSERT INTO gpkg_contents VALUES (?)", [kind])
            table.assign(geom=None).to_sql(kind, connection, index_label="fid")
        connection.commit()
    workbook = folder / "tableaux" / "atlas.xlsx"
    with pd.ExcelWriter(workbook, engine="xlsxwriter") as book:
        for kind, table in tables.items():
            table.to_excel(book, sheet_name=kind, index=False)
            table.to_csv(folder / "tableaux" / f"{kind}.csv", sep=";", index=False, encoding="utf-8-sig")
    page(folder, tables)
    manifest(folder, {"edition": name, "masquee": not counts})
    return folder


def page(folder, tables):
    """Write a page with the data of its tables, as the atlas's page carries them."""
    content = {}
    for kind in ("iris", "residences"):
        table = tables[kind]
        labels = table["lb_inf40"].unique().tolist()
        numbers = [None if label == "secret" else float(label.split()[0]) for label in labels]
        content[kind] = {
            "champs": {
                "id": {"genre": "texte", "v": table["id"].tolist()},
                "nb_logements": {"genre": "nombre", "v": table["nb_logements"].tolist()},
                "inf40": {
                    "genre": "taux",
                    "u": labels,
                    "t": numbers,
                    "i": table["lb_inf40"].map(labels.index).tolist(),
                },
            }
        }
    data = json.dumps({"tables": content}, ensure_ascii=False)
    (folder / "index.html").write_text(f'<script type="application/json" id="donnees">{data}</script>', "utf-8")


def change(folder, *statements):
    """Rewrite the GeoPackage, then declare the files again."""
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    manifest(folder)


def sound(folder: Path) -> Path:
    """Copy a builder's edition and a masked one, both as they should be, made once; give the masked one."""
    shutil.copytree(_sound(), folder, dirs_exist_ok=True)
    return folder / "partenaire"


@lru_cache(maxsize=1)
def _sound() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="audit-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    written(folder / "interne", "interne", masked=set(), counts=True)
    written(folder / "partenaire")
    return folder


def cases(folder, **options):
    """Every example of every reason."""
    return "\n".join(case for one in audit(folder, LIMITS, **options).why for case in one.examples)


def reasons(folder, **options):
    return "\n".join(audit(folder, LIMITS, **options).reasons)


RESIDENCE = [("a", "r", 30, 14), ("b", "r", 25, 12), ("c", "r", 8, 3)]


def one_residence(rows=RESIDENCE, **columns):
    return survey(rows, "id id_residence nb_logements n_inf40").assign(
        d_inf40=lambda rows: rows["nb_logements"], **columns
    )


SMALL = {("adresses", "c"), ("adresses", "b")}
