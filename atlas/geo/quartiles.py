"""The income under which an applicant is of the first quartile, by EPCI and year, as shipped in ``data/reference``."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from atlas.resources import shipped


def first_quartiles(siren: str) -> Mapping[int, int]:
    """Give the threshold of an EPCI by year, € a year per consumption unit; a year that is not there is not known.

    Source: the yearly decrees under article L. 441-1 of the code of construction and housing.

    >>> first_quartiles("242100410")[2025], first_quartiles("000000000")
    (9784, {})
    """
    return _thresholds().get(siren, {})


def quartile_words(siren: str) -> str:
    """Say the thresholds of an EPCI in a sentence, empty where no decree names it.

    >>> quartile_words("242100410").split(" : ")[1]
    '9864 € en 2024, 9784 € en 2025, 9900 € en 2026.'
    """
    told = ", ".join(f"{euros} € en {year}" for year, euros in sorted(first_quartiles(siren).items()))
    return f"Seuil du premier quartile des demandeurs, par an et par unité de consommation : {told}." if told else ""


@cache
def _thresholds() -> dict[str, dict[int, int]]:
    content = gzip.decompress((shipped("data") / "reference" / "seuils_quartiles.csv.gz").read_bytes()).decode("utf-8")
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for row in csv.DictReader(io.StringIO(content), delimiter=";"):
        found[row["siren"]][int(row["annee"])] = int(row["q1"])
    return dict(found)
