"""The match stage on the example territories, when their files are at hand: shares, and streets read by eye."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from atlas.match import match
from atlas.match.columns import asked
from atlas.match.parse import readings
from tests.match_factory import RULES

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
COLUMNS = ["id_adresse", "adresse", "code_postal", "code_insee", "commune"]
BONDY = {
    "144AVENUEGALLIENI": "Avenue Galliéni",
    "4ALLDES IRIS": "Allee des Iris",
    "80AVGALLIENI LAMARTINE": "Avenue Galliéni",
    "202AVENUEDU GENERAL GALLIENI": "Avenue Galliéni",
    "1AVENUEDU MARECHAL DE LATTRE": "Avenue du Mal de Lattre de Tassigny",
    "62 AVE DE LATTRE DE TAS.BAT.G": "Avenue du Mal de Lattre de Tassigny",
    "46AVDE LATTRE DE TASSIGNY": "Avenue du Mal de Lattre de Tassigny",
    "10AVENUEMAX DORMOY": "Avenue Marx Dormoy",
    "2AlleeALLEE WATTEAUX": "Allee Watteau",
    "2AlleeALLEE INGRES": "Allee Dominique Ingres",
    "8AlleeALLEE DELACROIX": "Allee Eugene Delacroix",
    "24ALLPIERRE CORNEILLE": "Allée Corneille",
    "140RUELOUIS BLANQUI": "Rue Louis Auguste Blanqui",
    "128RUEL.A. BLANQUI": "Rue Louis Auguste Blanqui",
    "2RUEAUGUSTE POLISSARD LAMART": "Rue Auguste Polissard",
    "24 - 28 Rue Polissard": "Rue Auguste Polissard",
    "2RUEGASTON DEFERRE": "Rue Gaston Defferre",
    "10RUEMAURICE BENHAMOU": "Avenue Maurice Benhamou",
    "24RUELEON BLUM": "Avenue Léon Blum",
    "10AVS. BUISSON": "Avenue Suzanne Buisson",
    "35PLN. NEUBURGER": "Place Nicole Neuburger",
    "10PLG. LYSSANDRE": "Place Georges Lyssandre",
    "PLA. THOMAS": "Place Albert Thomas",
    "SENTE BLERIOT": "Sente Blériot",
    "173 RUE E.VAILLANT": "Rue Edouard Vaillant",
    "107RUEROGER SALENGRO - L'EUROPE BATIMENT N°1": "Rue Roger Salengro",
    "4 RUE DE L'EGALITE.APT.BAT.B": "Rue de l’Egalité",
    "4PlacePLACE GAUGUIN": "Pl Gauguin",
    "14RUERUE JEAN JAURES": "Rue Jean Jaurés",
    "10RUEDE LA TERRE SAINT BLAISE": "Rue de la Terre Saint-Blaise",
    "2RUENADIA MURAD": None,
    "4AvenueAVENUE BARRILLIET": None,
    "4RueRUE RAPHAEL": None,
    "AVDE LATTRE DE TASSIGNY": None,
}
"""Addresses as typed -> the street read by eye in the base (None: not in the base, or no number in a long avenue)."""


def read_ban() -> pd.DataFrame:
    return pd.read_csv(SHARED / "bondy" / "adresses-93010.csv", sep=";", dtype=str).astype({"x": float, "y": float})


@pytest.fixture(scope="module")
def bondy() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Addresses of the example territory with their answer, when its files are at hand."""
    if not (SHARED / "bondy" / "adresses-93010.csv").is_file():
        pytest.skip("fichiers de Bondy absents")
    addresses = pd.read_csv(SHARED / "bondy" / "ops_2022_simule.csv", sep=";", dtype=str)
    return addresses, match(addresses[COLUMNS], read_ban(), RULES)


def test_bondy_shares(bondy: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    addresses, answer = bondy
    placed = answer.statut_appariement == "apparié"
    dwellings = addresses.nb_logements.astype(int)
    assert placed.mean() >= 0.98
    assert dwellings[placed].sum() / dwellings.sum() >= 0.99


def test_bondy_streets_read_by_eye(bondy: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    addresses, answer = bondy
    found = answer.voie.where(answer.statut_appariement == "apparié").set_axis(addresses.adresse)
    wrong = {}
    for text, street in BONDY.items():
        got = set(found.loc[[text]].dropna())
        if got != ({street} if street else set()):
            wrong[text] = got
    assert not wrong


def test_narbonne_addresses_are_read() -> None:
    path = SHARED / "narbonne" / "rpls_detail_11262.csv"
    if not path.is_file():
        pytest.skip("fichier de Narbonne absent")
    rpls = pd.read_csv(path, sep=";", dtype=str)
    names = {"NUMVOIE": "numero", "INDREP": "repetition", "TYPVOIE": "type_voie", "NOMVOIE": "nom_voie"}
    wanted = asked(rpls.rename(columns=names))
    first = [readings(text)[0] for text in wanted.texts]
    kinds = np.array([one.kind for one in first])[wanted.text]
    assert (kinds != "").all()
    unnumbered = np.array([not one for one in wanted.lists])[wanted.numbers]
    digits = rpls.NUMVOIE.fillna("").str.contains(r"^\d") | rpls.NOMVOIE.str.contains(r"^\d+ ")
    assert (unnumbered == ~digits.to_numpy()).all()


def test_bondy_without_a_street_never_takes_another(bondy: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Each street is taken out of the base in turn (by folds): its addresses must be listed, not moved elsewhere."""
    addresses, answer = bondy
    ban = read_ban()
    street_of = answer.id_ban.map(ban.set_index("id").nom_afnor)
    names = sorted(street_of.dropna().unique())
    moved = []
    for fold in range(6):
        hidden = set(names[fold::6])
        rows = street_of.isin(hidden)
        again = match(addresses.loc[rows, COLUMNS], ban[~ban.nom_afnor.isin(hidden)], RULES)
        placed = again.statut_appariement == "apparié"
        moved += list(zip(addresses.adresse[rows][placed], again.voie[placed], strict=True))
    assert len(moved) <= 0.005 * len(addresses), moved
