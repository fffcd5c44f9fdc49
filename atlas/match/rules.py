"""The rules of the match stage: every threshold of it, none of them in the code that uses them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MatchRules:
    """What the stage accepts, refuses and calls ambiguous.

    Attributes
    ----------
    street_score : float
        Minimal score, 0 to 100, of an accepted street.
    street_gap : float
        Minimal lead, in points, over the next street; below it the address is ambiguous.
    word_score : float
        Minimal resemblance, 0 to 100, of each pair of words that face each other in an accepted street.
    typo_length : int
        Number of letters from which a name may be recognised in spite of a mistyped or missing letter.
    sure_score : float
        Street score, 0 to 100, from which a neighbouring number or the street alone may place an address.
    name_penalty : float
        Points lost by each liberty taken with a name (title dropped, given name initialised, word cut...).
    type_penalty : float
        Points lost when the kind of street differs (*rue* for *avenue*).
    commune_penalty : float
        Points lost when the commune found is not the one of the commune code.
    neighbour_penalty : float
        Points lost when the place is that of a neighbouring number.
    street_only_penalty : float
        Points lost when the place is that of a short street, the number being unknown.
    number_gap : int
        Largest difference of numbers between an address and the neighbour that lends its place.
    number_gap_end : int
        The same difference when the address lies beyond the last known number of its side of the street.
    street_extent : float
        Largest extent, in metres, of a street that places an address without number.
    metres_per_number : float
        Metres of street per number, to estimate the extent of a street of which few addresses are known.
    duplicate_spread : float
        Largest distance, in metres, between points of the base that bear the same address.
    stack_size : int
        Number of addresses on one point from which that point is an approximate one.
    coordinate_slack : float
        Largest distance, in metres, of given coordinates from the addresses of their commune.
    """

    street_score: float
    street_gap: float
    word_score: float
    typo_length: int
    sure_score: float
    name_penalty: float
    type_penalty: float
    commune_penalty: float
    neighbour_penalty: float
    street_only_penalty: float
    number_gap: int
    number_gap_end: int
    street_extent: float
    metres_per_number: float
    duplicate_spread: float
    stack_size: int
    coordinate_slack: float


RULE_KEYS: dict[str, str] = {
    "street_score": "appariement_score_voie",
    "street_gap": "appariement_ecart_voies",
    "word_score": "appariement_score_mot",
    "typo_length": "appariement_longueur_coquille",
    "sure_score": "appariement_score_sur",
    "name_penalty": "appariement_penalite_nom",
    "type_penalty": "appariement_penalite_type",
    "commune_penalty": "appariement_penalite_commune",
    "neighbour_penalty": "appariement_penalite_voisin",
    "street_only_penalty": "appariement_penalite_voie_seule",
    "number_gap": "appariement_ecart_numeros",
    "number_gap_end": "appariement_ecart_numeros_bout",
    "street_extent": "appariement_etendue_voie",
    "metres_per_number": "appariement_metres_par_numero",
    "duplicate_spread": "appariement_dispersion_doublons",
    "stack_size": "appariement_points_empiles",
    "coordinate_slack": "appariement_marge_coordonnees",
}
"""Field of `MatchRules` -> key of the parameter that fills it."""
