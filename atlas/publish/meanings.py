"""What a column means, where its name and label alone would leave a reader guessing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from atlas.methods import Method
from atlas.tables import INDICATORS, Column


def explained(columns: Iterable[Column], ways: Sequence[Method]) -> tuple[Column, ...]:
    """Give a meaning to the columns whose name alone would leave a reader guessing."""
    criteria = {criterion.code for way in ways for criterion in way.criteria}
    return tuple(replace(column, meaning=column.meaning or _meaning(column.name, criteria)) for column in columns)


def _meaning(name: str, criteria: Collection[str]) -> str:
    prefix, _, code = name.partition("_")
    indicator = INDICATORS.get(code)
    if indicator is None:
        return _MEANINGS.get(name, "")
    criterion = ", critère de fragilité" if code in criteria else ""
    texts: Mapping[str, str] = {
        "tx": f"{indicator.numerator} / {indicator.denominator}{criterion} ; à lire avec {indicator.st}",
        "lb": "tel qu'affiché sur les pages : valeur, borne, « secret », « non renseigné » ou « sans objet »",
        "st": f"pourquoi {indicator.tx} est rempli ou vide",
        "n": indicator.numerator,
        "d": indicator.denominator,
    }
    return texts.get(prefix, "")


_MEANINGS = {
    "nom": "tel que la source le donne",
    "code_qpv": "vide hors des quartiers prioritaires",
    "situation": "dans un quartier prioritaire, en veille active, hors QPV, ou non placé faute de coordonnées",
    "confiance": "à quel point le regroupement est sûr",
    "nb_logements": "tous les logements du parc social de l'unité, vacants compris",
    "menages": "ménages qui ont répondu à l'enquête",
    "nb_bas_loyer": "loyer inférieur au plafond PLAI, par m² de la surface que la règle nomme",
}
