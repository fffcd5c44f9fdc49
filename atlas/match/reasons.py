"""What the stage says of each address: one French sentence that a planner can act on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.match import numbers, steps

IDENTIFIED = "Identifiant BAN retrouvé dans la base."
LOCATED = "Coordonnées fournies avec l'adresse."
FAR_COORDINATES = "Coordonnées fournies trop loin de la commune, écartées. "
SET_ASIDE = "Identifiant BAN d'une autre commune que celle de l'adresse, écarté. "
CONTRADICTED = "Le texte de l'adresse ne tranche pas."
NO_BASE = "Aucune base d'adresses fournie : ni identifiant ni coordonnées pour placer l'adresse."
NO_TEXT = "Adresse vide : ni identifiant, ni coordonnées, ni voie."
NO_COMMUNE = "Commune introuvable dans la base d'adresses : vérifier le code commune, le code postal et le nom."
HOMONYMS = "Plusieurs communes portent ce nom : préciser le code commune ou le code postal."

_HOW = {
    steps.EXACT: "",
    steps.LIBERTY: "nom abrégé, incomplet ou écrit autrement",
    steps.OTHER_KIND: "le type de voie diffère",
    steps.NO_KIND: "type de voie non renseigné",
    steps.SHORT: "nom tronqué",
    steps.SPELLING: "orthographe voisine",
    steps.ELSEWHERE: "voie absente de la commune indiquée, trouvée dans une autre commune du code postal",
}


def _texts(values: np.ndarray) -> np.ndarray:
    codes, unique = pd.factorize(values)
    return np.array([str(value) for value in unique] or [""], dtype=object)[codes]


def _metres(values: np.ndarray) -> np.ndarray:
    return _texts(np.nan_to_num(values, posinf=0).round().astype(np.int64))


def house(number: np.ndarray, suffix: np.ndarray) -> np.ndarray:
    """Numbers as people write them.

    >>> house(np.array([12, 29, 3]), np.array(["BIS", "A", ""], dtype=object)).tolist()
    ['12 bis', '29 A', '3']
    """
    codes, unique = pd.factorize(suffix)
    written = [f" {one.lower() if len(one) > 1 else one}" if one else "" for one in unique]
    return _texts(number) + np.array([*written, ""], dtype=object)[codes]


def matched(
    street: np.ndarray,
    asked: np.ndarray,
    found: np.ndarray,
    how: np.ndarray,
    number_how: np.ndarray,
    wrong_commune: np.ndarray,
    commune: np.ndarray,
    stacked: np.ndarray,
    extent: np.ndarray,
) -> np.ndarray:
    """Sentences of matched addresses.

    Parameters
    ----------
    street, commune : ndarray of str
        Name of the street and of the commune found.
    asked, found : ndarray of str
        Numbers as asked for ('' without) and as found.
    how, number_how : ndarray of int
        How the street (`steps`) and the number (`numbers`) were chosen.
    wrong_commune, stacked : ndarray of bool
        The commune is not that of the code; many addresses share the point.
    extent : ndarray of float
        Extent of the street in metres.

    Returns
    -------
    ndarray of str
        One sentence each.
    """
    words = [f" » ({_HOW[code]})" if _HOW[code] else " »" for code in range(len(_HOW))]
    before = ["Voie reconnue : « " if _HOW[code] else "Voie retrouvée : « " for code in range(len(_HOW))]
    out = np.array(before, dtype=object)[how] + street + np.array(words, dtype=object)[how]
    exact, suffix, near, alone = (
        np.flatnonzero(number_how == one) for one in (numbers.EXACT, numbers.SUFFIX, numbers.NEIGHBOUR, numbers.STREET)
    )
    out[exact] += ", au numéro " + found[exact] + "."
    out[suffix] += (
        ", le " + asked[suffix] + " n'est pas dans la base sous cette forme : point du " + found[suffix] + "."
    )
    out[near] += (
        ", mais le " + asked[near] + " n'est pas dans la base : point du numéro voisin, le " + found[near] + "."
    )
    out[alone] += (
        ", sans numéro : voie courte (environ " + _metres(extent[alone]) + " m), point de son adresse la plus centrale."
    )
    doubt, many = np.flatnonzero(wrong_commune), np.flatnonzero(stacked)
    out[doubt] += " Code commune, code postal et nom ne concordent pas : trouvée à " + commune[doubt] + "."
    other = np.flatnonzero(how == steps.ELSEWHERE)
    out[other] += " Commune trouvée : " + commune[other] + "."
    out[many] += " Point partagé par de nombreuses adresses, donc approximatif."
    return out


def ambiguous_street(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Sentences of addresses that two streets fit alike."""
    return "Deux voies conviennent autant : « " + first + " » et « " + second + " »."


def scattered(street: np.ndarray, asked: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Sentences of addresses that the base gives at distant points."""
    return (
        "La base donne plusieurs points éloignés (" + _metres(spread) + " m) pour le "
        + asked + " « " + street + " »."
    )  # fmt: skip


def unknown_street(text: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Sentences of addresses whose street is not in the base."""
    out = "Voie introuvable dans la base de la commune : « " + text + " »."
    return np.where(near != "", out + " Nom le plus proche : « " + near + " ».", out)


def unplaced(
    street: np.ndarray, asked: np.ndarray, number_how: np.ndarray, sure: np.ndarray, extent: np.ndarray
) -> np.ndarray:
    """Sentences of addresses whose street is known and whose number is not."""
    length = _metres(extent)
    without = "Adresse sans numéro et la voie « " + street + " » s'étend sur " + length + " m : pas de point sûr."
    far = "Le " + asked + " n'est pas dans la base et aucun numéro proche n'existe : « " + street + " »."
    weak = "Voie seulement ressemblante (« " + street + " ») et numéro absent de la base : non retenue."
    return np.select([~sure, number_how == numbers.NO_NUMBER], [weak, without], far)
