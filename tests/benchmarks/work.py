"""The work that the three implementations share: the constants, and what each must hand back.

From the files of :mod:`france`: the survey, the dwellings and the polygons are read whole, the
polygons checked valid; each address gets its IRIS, its
commune, its quarter and its situation; addresses become residences (declared by the landlord, then the same programme
within 150 m, then chains within 50 m, never wider than 400 m); dwellings under a rent ceiling are counted by address;
every count is summed for every kind of unit,
numerators and denominators over the addresses that gave both, and is missing where nobody is counted and an address
says nothing; the residences are written to a GeoPackage with :data:`WRITTEN`.
Handed back: one table per kind of unit (``id``, then :data:`atlas.count.MEASURES`) and ``labels`` (``id_adresse``,
``id_residence``).
"""

from __future__ import annotations

from atlas.tables import INDICATORS as RATES

TOUCHING, PROGRAMME, DIAMETER = 50.0, 150.0, 400.0
CEILING = 5.10
# Of the survey and of the dwellings: the files of this work hold no attribution.
INDICATORS = {
    code: (rate.numerator, rate.denominator, rate.asked) for code, rate in RATES.items() if rate.role != "attributions"
}
SIZES = ["nb_logements", "nb_adresses", "menages"]
MEASURES = [*SIZES, *(f"n_{code}" for code in INDICATORS), *(f"d_{code}" for code in INDICATORS)]
UNITS = {
    "situations": "situation",
    "communes": "code_insee",
    "quartiers": "code_qpv",
    "iris": "code_iris",
    "bailleurs": "bailleur",
    "residences": "id_residence",
}
IDENTITY = ["bailleur", "code_insee", "code_iris", "code_qpv", "situation"]
SHOWN = ["inf40", "er_inf40", "chomage", "bas_loyer", "vacance"]
WRITTEN = ["id", *IDENTITY, *SIZES, *(f"{side}_{code}" for code in SHOWN for side in "nd")]
