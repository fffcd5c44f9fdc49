"""How each landlord writes its addresses and names its programmes.

Grain in and out: one row per address. Five landlords, five ways: clean, abbreviated, glued, postal capitals, with the
identifier of the address base. Programme names are declared, clear, numeric, a whole quarter, or blank.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from draws import shuffled, stream
from names import LANDLORDS, RESIDENCE_FIRST, RESIDENCE_SECOND
from planted import UNFINDABLE
from streets import plain

SHORT = {
    "RUE": ("R", "RUE"),
    "AVENUE": ("AV", "AVE"),
    "ALLEE": ("ALL", "ALLEE"),
    "BOULEVARD": ("BD", "BLD"),
    "IMPASSE": ("IMP", "IMP."),
    "PLACE": ("PL", "PLACE"),
    "CHEMIN": ("CHE", "CHEM"),
    "SQUARE": ("SQ", "SQUARE"),
    "COURS": ("CRS", "COURS"),
}
TITLES = {"DOCTEUR": "DR", "GENERAL": "GAL", "MARECHAL": "MAL", "COMMANDANT": "CDT", "PRESIDENT": "PDT"}
GIVEN = re.compile(r"^(JEAN|VICTOR|LOUIS|EMILE|JULES|PAUL|PIERRE|MARCEL|ARTHUR|CAMILLE|HECTOR|BLAISE) (?=[A-Z]{4,})")
COARSE = ("1", "7", "12")  # numeric programme names that each cover several residences far apart
QUARTER_NAMES = {"QN02190M": "QUARTIER DES ORMEAUX", "QN02191I": "FONTAINE AUX LIEVRES"}


def _short(text: str, full: bool) -> str:
    """Abbreviate titles, and reduce a well-known given name to its initial."""
    for title, letters in TITLES.items():
        text = text.replace(title, letters)
    return text if full else GIVEN.sub(lambda found: found[1][0] + " ", text)


def _numbers(row: Any, joiner: str) -> str:
    """Number or numbers of an address, without the repetition."""
    return joiner.join(str(number) for number in row.numeros)


def write_address(row: Any) -> str:
    """Write one address the way its landlord does; ``row.draw`` picks among its habits."""
    capitals, draw = plain(pd.Series([row.type_voie, row.nom])).to_list(), row.draw
    rep = row.rep.upper()
    if row.prefix == "TDR":
        return f"{_numbers(row, '-')}{' ' + row.rep if rep else ''} {row.type_voie} {row.nom}"
    if row.prefix == "ORH":
        door = f" - Bât. {row.door}" if row.door else ""
        return f"{_numbers(row, '-')}{' ' + row.rep if rep else ''}, {row.type_voie.lower()} {row.nom}{door}"
    if row.prefix == "LFV":
        if row.door:
            return f"ENTREE {'ABC'.index(row.door) + 1} {_numbers(row, ' ')} {' '.join(capitals)}"
        number = _numbers(row, "-").zfill(4) if draw < 0.3 else _numbers(row, "-")
        return f"{number}{' ' + rep[:1] if rep else ''} {' '.join(capitals)}"
    door = f" bât {row.door}" if row.door else ""
    kind = SHORT[capitals[0]][int(draw * 1000) % 2]
    name = _short(capitals[1], draw < 0.6)
    if row.prefix == "HTV":
        if draw < 0.4:
            return f"{_numbers(row, '-')}{' ' + row.rep if rep else ''} {row.type_voie} {row.nom}{door}"
        return f"{_numbers(row, '-')}{' ' + rep if rep else ''} {kind} {name}{door.upper().replace('Â', 'A')}"
    glue = "" if draw < 0.5 and kind != "R" else " "
    return f"{_numbers(row, '-')}{rep}{glue}{kind}{glue}{name}{'.BAT.' + row.door if row.door else ''}"


def write_addresses(addresses: pd.DataFrame, lots: pd.DataFrame) -> pd.DataFrame:
    """Add identifiers, the address as written in each survey, and the places that some landlords give."""
    rng = stream("wording")
    told = addresses.assign(prefix=[LANDLORDS[i].prefix for i in addresses["landlord"]])
    told = told.sort_values(["landlord", "lot", "door"], ignore_index=True)
    rank = told.groupby("landlord").cumcount() + 1
    told["id_adresse"] = told["prefix"] + "-" + rank.astype(str).str.zfill(4)
    here = lots.loc[told["lot"]].reset_index(drop=True)
    columns = ["code_insee", "code_iris", "code_quartier", "street", "type_voie", "nom", "rep", "x", "y", "id_ban"]
    told[columns] = here[columns]
    number = lots["numero"].to_dict()
    told["numeros"] = [[number[lot] for lot in several] for several in told["lots"]]
    told["draw"] = rng.random(len(told))
    told["adresse"] = [write_address(row) for row in told.itertuples()]
    lost = told["note"].eq("introuvable")
    told.loc[lost, "adresse"] = list(UNFINDABLE)[: lost.sum()]
    vague = told["note"].eq("ambiguë")
    told.loc[vague, "adresse"] = [
        f"{n[0]} {name}" for n, name in zip(told.loc[vague, "numeros"], plain(told.loc[vague, "nom"]), strict=True)
    ]
    told["adresse_2020"] = told["adresse"]
    other = told.index[told["prefix"].eq("HTV") & told["note"].eq("") & told["fate"].eq("")]
    respelt = other[shuffled(rng, len(other))[:8]]
    told.loc[respelt, "adresse_2020"] = plain(told.loc[respelt, "adresse"]).str.replace(" ", "  ", n=1)
    told["respelt"] = told.index.isin(respelt)
    return _given_places(told, rng)


def _given_places(told: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Let one landlord give identifiers of the address base, and another coordinates for some addresses."""
    placed = told.copy()
    placed["id_ban_donne"] = placed["id_ban"].where(placed["prefix"].eq("TDR"), "")
    with_xy = placed["prefix"].eq("ORH") & placed["note"].eq("") & (rng.random(len(placed)) < 0.15)
    placed["x_donne"] = (placed["x"] + (rng.random(len(placed)) - 0.5) * 4).round(1).where(with_xy)
    placed["y_donne"] = (placed["y"] + (rng.random(len(placed)) - 0.5) * 4).round(1).where(with_xy)
    return placed


def name_residences(
    residences: pd.DataFrame, addresses: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Give true names to residences and programme names to addresses, as each landlord's file holds them.

    Returns
    -------
    residences, addresses, record
        Residences with ``name`` and, for the declaring landlord, ``declared``; addresses with ``programme``.
    """
    rng = stream("programmes")
    named = residences.sort_values("id_residence", ignore_index=True)
    pool = [f"{first} {second}" for second in RESIDENCE_SECOND for first in RESIDENCE_FIRST]
    order = shuffled(rng, len(pool))
    named["name"] = (
        [pool[order[i]] for i in range(len(named))] if len(pool) >= len(named) else _twice(pool, order, len(named))
    )
    prefixes = named["landlord"].map(lambda rank: LANDLORDS[rank].prefix)
    named["declared"] = [
        "HTV-RES-" + i[1:] if p == "HTV" else "" for i, p in zip(named["id_residence"], prefixes, strict=True)
    ]
    commune = named["id_residence"].map(addresses.groupby("id_residence")["code_insee"].first())
    named["programme"] = ""
    named.loc[prefixes.isin(["HTV", "TDR"]), "programme"] = plain(named["name"])
    named.loc[prefixes.eq("HTV") & (rng.random(len(named)) < 0.3), "programme"] = ""
    named.loc[prefixes.eq("ORH"), "programme"] = "RES. " + plain(named["name"])
    twins = [named.index[prefixes.eq("ORH") & commune.eq(code)][0] for code in ("21901", "21903")]
    named.loc[twins, "programme"] = "RES. LES TILLEULS"
    record: dict[str, Any] = {"homonymes": named.loc[twins, "id_residence"].tolist()}
    combe = named.index[prefixes.eq("LDC")]
    draws = rng.random(len(combe))
    named.loc[combe[draws < 0.55], "programme"] = [str(4100 + 3 * i) for i in range((draws < 0.55).sum())]
    few = combe[(draws >= 0.55) & (draws < 0.72)]
    named.loc[few, "programme"] = [COARSE[i % len(COARSE)] for i in range(len(few))]
    for zone, label in QUARTER_NAMES.items():
        whole_quarter = named.index[prefixes.eq("LDC") & named["zone"].eq(zone)]
        named.loc[whole_quarter, "programme"] = label
        record[label] = named.loc[whole_quarter, "id_residence"].tolist()
    for code in COARSE:
        record[code] = named.loc[prefixes.eq("LDC") & named["programme"].eq(code), "id_residence"].tolist()
    return named, *_variants(named, addresses, record)


def _twice(pool: list[str], order: np.ndarray, count: int) -> list[str]:
    """Take every name once, then again with a number: landlords do so."""
    return [pool[order[i % len(pool)]] + (" II" if i >= len(pool) else "") for i in range(count)]


def _variants(
    named: pd.DataFrame, addresses: pd.DataFrame, record: dict[str, Any]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Carry the programme to the addresses, spelling it in two ways inside four residences."""
    told = addresses.assign(programme=addresses["id_residence"].map(named.set_index("id_residence")["programme"]))
    several = (
        told[told["prefix"].eq("ORH") & told["note"].eq("")].groupby("id_residence").filter(lambda rows: len(rows) >= 3)
    )
    chosen = sorted(several["id_residence"].unique())[5:45:10]
    second = several[several["id_residence"].isin(chosen)].groupby("id_residence").head(1).index
    told.loc[second, "programme"] = told.loc[second, "programme"].str.replace("RES. ", "RESIDENCE ", regex=False)
    return told, record | {"deux_graphies": chosen}
