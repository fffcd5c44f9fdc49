"""Writes the fictional metropolis of the demonstration: its files, and the answer that the atlas must find.

    python data/demo/generer.py [--sortie DOSSIER]

Nothing here is real: communes, landlords, residences, quarters and people are invented; the place is woods and
fields. Proportions follow published totals (Dijon métropole 2021: landlords, quarters, low rents, vacancy, mobility).
Everything is drawn from one seed, so that two runs write the same bytes and a test can compare the shipped files with
a new run.

The files hold, on purpose, what real files hold: glued and abbreviated addresses, numbers that the address base lacks,
an address that could be in two streets, addresses that lead nowhere, several addresses at one door, two landlords in
one building, residences over the edge of an IRIS or of a quarter, points half a metre from an edge, programme names
that are numbers, blanks or a whole quarter, answers not given, sentinels in rents, surfaces of another kind, small
residences.
``reponse.json`` lists each of them under ``difficultes`` with its identifiers.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from answer import crossing, judge_residences, low_rents, territory_totals, touching_blank, zone_totals
from dwellings import CEILING, as_filed, furnish, spread
from earlier import build_qpv_2015
from evolution import dwellings_of_2026, evolve
from geography import CRS, build_iris, build_qpv, build_qva
from households import address_scores, draw_households
from leases import count_leases, count_requests, draw_leases, draw_requests
from names import LANDLORDS, QPV, QVA
from planted import plant
from stock import build_stock
from streets import build_ban, build_lots, locate
from surveys import NOT_GIVEN, YEARS, file_surveys
from updates import DAY
from wording import name_residences, write_addresses

DATE = "2026-11-21T00:00:00.000Z"  # written in the GeoPackages instead of the clock


def write_text(path: Path, text: str) -> None:
    """Write a text, or its gzip without name nor time when the path ends in .gz."""
    data = text.encode("utf-8")
    if path.suffix == ".gz":
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=9) as packed:
            packed.write(data)
        data = buffer.getvalue()
    path.write_bytes(data)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table the French way: semicolons, empty for what is missing."""
    write_text(path, table.to_csv(sep=";", index=False, lineterminator="\n"))


def readable(value: Any, depth: int = 0) -> str:
    """Write JSON with one line per smallest object, so that a change can be read line by line."""
    if isinstance(value, dict) and any(isinstance(inner, dict) for inner in value.values()):
        blank = " " * (depth + 1)
        lines = [
            f"{blank}{json.dumps(key, ensure_ascii=False)}: {readable(inner, depth + 1)}"
            for key, inner in value.items()
        ]
        return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}"
    return json.dumps(value, ensure_ascii=False)


def write_zones(folder: Path, iris: gpd.GeoDataFrame, qpv: gpd.GeoDataFrame, qva: gpd.GeoDataFrame) -> None:
    """Write the three zone files."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": DATE})
    for name, zones in (("iris_2022", iris), ("qva", qva)):
        path = folder / f"{name}.gpkg"
        path.unlink(missing_ok=True)
        zones.to_file(path, driver="GPKG", layer=name, SPATIAL_INDEX="NO", VERSION="1.3")
    write_collection(folder, "qpv_2024", qpv)


def write_collection(folder: Path, name: str, zones: gpd.GeoDataFrame) -> None:
    """Write zones as GeoJSON, under a name."""
    features = json.loads(zones.to_json(drop_id=True))["features"]
    collection = {"type": "FeatureCollection", "name": name, "features": features}
    write_text(folder / f"{name}.geojson", json.dumps(collection, ensure_ascii=False) + "\n")


def build_ground() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Build IRIS, QPV, QVA, and QPV and QVA together in metres, as their files say them."""
    iris = build_iris()
    qpv, qva = build_qpv(iris), build_qva()
    shapes = [*qpv.to_crs(CRS).geometry, *qva.geometry]
    communes = [list(zone.communes) for zone in (*QPV, QVA)]
    codes = [*qpv["code_qp"], *qva["code"]]
    return iris, qpv, qva, gpd.GeoDataFrame({"code": codes, "communes": communes}, geometry=shapes, crs=CRS)


def build_addresses(
    iris: gpd.GeoDataFrame, quarters: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Build lots, residences and addresses, difficulties included."""
    lots = build_lots(iris, quarters)
    lots, residences, addresses, record = plant(lots, *build_stock(lots), iris, quarters)
    lots = locate(lots, iris, quarters)
    number: pd.Series = lots["numero"].astype(str).str.zfill(5) + np.where(lots["rep"].eq(""), "", "_" + lots["rep"])
    lots["id_ban"] = lots["code_insee"] + "_" + (1000 + lots["street"]).astype(str) + "_" + number
    addresses["fate"] = addresses["id_residence"].map(residences.set_index("id_residence")["fate"])
    addresses = write_addresses(addresses, lots)
    residences, addresses, named = name_residences(residences, addresses)
    addresses["bailleur"] = [LANDLORDS[rank].name for rank in addresses["landlord"]]
    given = addresses.loc[addresses["x_donne"].notna(), ["x_donne", "y_donne", "code_iris", "code_quartier"]]
    there = locate(given[["x_donne", "y_donne"]].set_axis(["x", "y"], axis=1), iris, quarters)
    away = given.index[(there[["code_iris", "code_quartier"]] != given[["code_iris", "code_quartier"]]).any(axis=1)]
    addresses.loc[away, ["x_donne", "y_donne"]] = np.nan
    record["ambigue"] = lots.loc[record["ambigue"], "id_ban"].tolist()
    return lots, residences, addresses, record | {"noms": named}


def shipped(lots: pd.DataFrame, addresses: pd.DataFrame, wanted: list[str]) -> pd.Series:
    """Say which lots go into the address base: not the absent ones; half of the streets without social housing."""
    kept = lots["id_ban"].isin([*addresses["id_ban"], *wanted])
    return ~lots["absent"] & (lots["street"].isin(lots.loc[kept, "street"]) | lots["street"].mod(2).eq(0))


def declared(residences: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """Write what the main landlord declares; the last row names an address that no survey holds."""
    known = residences.set_index("id_residence")
    mine = addresses[addresses["prefix"].eq("HTV")]
    table = pd.DataFrame(
        {
            "id_adresse": mine["id_adresse"],
            "id_residence": mine["id_residence"].map(known["declared"]),
            "nom_residence": mine["id_residence"].map(known["name"]),
        }
    )
    table.loc[len(addresses)] = ["HTV-9999", "HTV-RES-9999", "Adresse inconnue de l'enquête"]
    return table


def true_addresses(addresses: pd.DataFrame) -> pd.DataFrame:
    """Where each address really is, and in which true residence."""
    quarter = addresses["code_quartier"]
    return pd.DataFrame(
        {
            "id_adresse": addresses["id_adresse"],
            "id_residence_vraie": addresses["id_residence"],
            "code_insee": addresses["code_insee"],
            "code_iris": addresses["code_iris"],
            "code_qpv": quarter.where(quarter.str.startswith("QN"), ""),
            "code_qva": quarter.where(quarter.str.startswith("VA"), ""),
            "x": addresses["x"],
            "y": addresses["y"],
            "id_ban": addresses["id_ban"],
            "localisable": np.where(addresses["note"].isin(["introuvable", "ambiguë"]), "non", "oui"),
            "enquetes": addresses["fate"].map({"": "2020 2022", "créée": "2022", "démolie": "2020"}),
        }
    )


def difficulties(
    addresses: pd.DataFrame, residences: pd.DataFrame, truth: pd.DataFrame, record: dict[str, Any]
) -> dict[str, Any]:
    """List what was planted, with the identifiers it touches."""

    def noted(note: str) -> list[str]:
        return addresses.loc[addresses["note"].eq(note), "id_adresse"].tolist()

    def of(mask: pd.Series) -> list[str]:
        return addresses.loc[mask, "id_adresse"].tolist()

    doors: Any = (
        addresses[addresses["note"].isin(["empilée", "deux bailleurs"])]
        .groupby(["note", "lot"])["id_adresse"]
        .agg(list)
    )
    edge = truth[truth["id_adresse"].isin(noted("bord de QPV"))]
    size = addresses[addresses["fate"].ne("démolie")].groupby("id_residence")["nb"].sum()
    inside = truth.assign(dans=truth["code_qpv"].ne(""))
    names = record["noms"]
    return {
        "adresses_introuvables": noted("introuvable"),
        "adresse_ambigue": {"id_adresse": noted("ambiguë")[0], "candidats_ban": record["ambigue"]},
        "numeros_absents_de_la_ban": noted("numéro absent"),
        "adresses_a_plusieurs_numeros": noted("plusieurs numéros"),
        "adresses_empilees_meme_residence": list(doors["empilée"]),
        "adresses_empilees_deux_bailleurs": list(doors["deux bailleurs"]),
        "adresses_a_50_cm_d_un_bord_de_qpv": {
            "dedans": edge.loc[edge["code_qpv"].ne(""), "id_adresse"].tolist(),
            "dehors": edge.loc[edge["code_qpv"].eq(""), "id_adresse"].tolist(),
        },
        "adresses_a_50_cm_d_un_bord_d_iris": noted("bord d'IRIS"),
        "adresses_reecrites_entre_2020_et_2022": of(addresses["respelt"]),
        "adresses_avec_id_ban": "toutes celles de Toits du Rail",
        "adresses_avec_coordonnees": of(addresses["x_donne"].notna()),
        "adresses_creees_apres_2020": of(addresses["fate"].eq("créée")),
        "adresses_demolies_avant_2022": of(addresses["fate"].eq("démolie")),
        "residences_a_cheval_sur_plusieurs_iris": crossing(truth, "code_iris"),
        "residences_a_cheval_sur_un_bord_de_qpv": crossing(inside, "dans"),
        "residence_declaree_en_deux_lieux": record["declaree_eloignee"]["id_residence"],
        "residences_contigues_sans_nom": record["contigues"],
        "residences_sans_nom_a_moins_de_60_m": touching_blank(truth, addresses),
        "nom_porte_par_deux_residences": {"RES. LES TILLEULS": names["homonymes"]},
        "residences_au_nom_ecrit_de_deux_facons": names["deux_graphies"],
        "noms_numeriques_couvrant_plusieurs_residences": {code: names[code] for code in ("1", "7", "12")},
        "noms_de_quartier_entier": {
            k: v for k, v in names.items() if k in ("QUARTIER DES ORMEAUX", "FONTAINE AUX LIEVRES")
        },
        "bailleur_sans_aucun_nom": "Le Foyer Valmontin",
        "bailleur_qui_declare_ses_residences": "Habitat des Trois Vallées",
        "declaration_sans_adresse": "HTV-9999",
        "rubriques_non_fournies": {"bailleur": "Le Foyer Valmontin", "colonnes": NOT_GIVEN["LFV"]},
        "enquete": record["enquete"],
        "logements": record["logements"],
        "petites_residences_2022": f"{(size < 11).sum()} résidences, voir reponse_residences_2022.csv.gz",
    }


def main(folder: Path) -> None:
    """Draw everything and write every file in a folder."""
    iris, qpv, qva, quarters = build_ground()
    lots, residences, addresses, record = build_addresses(iris, quarters)
    dwellings = furnish(spread(addresses, residences))
    scores = address_scores(addresses)
    states = draw_households(dwellings, scores)
    surveys, record["enquete"] = file_surveys(addresses, dwellings, states)
    filed, details = as_filed(dwellings, {landlord.prefix: landlord.name for landlord in LANDLORDS})
    rents = details.pop("fichier")
    record["logements"] = details | {"bailleur_en_surface_habitable": "Toits du Rail"}
    leases = draw_leases(dwellings, addresses, scores["moved"])
    requests = draw_requests(leases)
    truth = true_addresses(addresses)

    write_zones(folder, iris, qpv, qva)
    write_csv(folder / "adresses.csv.gz", build_ban(lots[shipped(lots, addresses, record["ambigue"])]))
    for year in YEARS:
        write_csv(folder / f"ops_{year}.csv", surveys[year])
    write_csv(folder / "logements_2022.csv.gz", rents)
    write_csv(folder / "attributions_2022.csv", leases)
    write_csv(folder / "demandes_2022.csv", requests)
    write_csv(folder / "residences.csv", declared(residences, addresses))
    write_csv(folder / "reponse_adresses.csv.gz", truth)
    judged = judge_residences(truth[truth["id_adresse"].isin(surveys[2022]["id_adresse"])], surveys[2022])
    write_csv(folder / "reponse_residences_2022.csv.gz", judged)
    empty = {"iris_sans_logement_social": [code for code in iris["code_iris"] if code not in set(truth["code_iris"])]}
    answer = {
        "fictif": True,
        "lecture": "Compté par le générateur à partir de sa propre vérité ; « localisable » laisse de côté les "
        "adresses introuvables et l'adresse ambiguë.",
        "seuils": {"inf40": 0.40, "er_inf40": 0.50, "chomage": 0.20, "loyer_plai": CEILING},
        "territoire": {str(year): territory_totals(surveys[year]) for year in YEARS},
        "verite": {str(year): zone_totals(_of(truth, surveys[year]), surveys[year]) for year in YEARS},
        "localisable": {
            str(year): zone_totals(_of(truth[truth["localisable"].eq("oui")], surveys[year]), surveys[year])
            for year in YEARS
        },
        "bas_loyer_2022": {
            "verite": low_rents(filed, truth, "bas_loyer"),
            "fichier": low_rents(filed, truth, "bas_loyer_connu"),
        },
        "residences_2022": {
            "nombre": len(judged),
            "moins_de_11_logements": int(judged["nb_logements"].lt(11).sum()),
            "par_nombre_de_criteres": {
                str(k): judged.loc[judged["nb_criteres"].eq(k), "id_residence_vraie"].tolist() for k in range(4)
            },
        },
        "attributions_2022": count_leases(leases),
        "demandes_2022": count_requests(requests, leases),
        "difficultes": difficulties(addresses, residences, truth, record) | empty,
    }
    write_text(folder / "reponse.json", readable(answer) + "\n")
    odd = {*record["noms"]["homonymes"], *record["noms"]["deux_graphies"], *record["enquete"].values()}
    known = shipped(lots, addresses, record["ambigue"])
    years, update, story, evolution = evolve(lots, known, addresses, dwellings, scores, states, odd)
    for year, survey in years.items():
        write_csv(folder / f"ops_{year}.csv.gz", survey)
    write_csv(folder / f"actualisation_{DAY}.csv", update)
    write_csv(folder / "logements_2026.csv.gz", dwellings_of_2026(rents, story))
    former, evolution["qpv_2015"] = build_qpv_2015(qpv, qva, story.addresses)
    write_collection(folder, "qpv_2015", former)
    write_text(folder / "reponse_evolution.json", readable(evolution) + "\n")


def _of(truth: pd.DataFrame, survey: pd.DataFrame) -> pd.DataFrame:
    """Keep the addresses of one survey."""
    return truth[truth["id_adresse"].isin(survey["id_adresse"])]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Écrit les fichiers de la métropole fictive de démonstration.")
    parser.add_argument("--sortie", type=Path, default=Path(__file__).parent, help="dossier à remplir")
    chosen = parser.parse_args().sortie
    chosen.mkdir(parents=True, exist_ok=True)
    main(chosen)
