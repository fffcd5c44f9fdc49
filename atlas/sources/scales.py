"""Scales: whether a column, as a whole, is in the unit that it says; a fraction is no percentage, a month no year.

Grain in and out: the rows of a source, unchanged. A column is judged by landlord and year, since each writes its own
export; what is implausible as a whole is refused in one fault a file, and nothing is converted: the planner knows, the
atlas does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from atlas.errors import excerpt
from atlas.parameters import Parameters
from atlas.sources.desk import Desk


@dataclass(frozen=True)
class Scale:
    """A column, the rules that bound it (``<rule>_bas``, ``_haut``, ``_infime``) and what else it may be.

    ``guesses`` gives, for each other way of writing the column, the factor that brings it to its unit, and its name.
    ``fractional``: only values that are not whole are read as tiny.
    """

    column: str
    rule: str
    expected: str
    guesses: tuple[tuple[float, str], ...]
    fractional: bool = False


RESOURCES = Scale(
    "ressources_pct_plus",
    "plausibilite_ressources",
    "des pourcentages du plafond PLUS : 42 pour 42 % (ou « 42 % », ou une cellule au format pourcentage d'un .xlsx)",
    ((100, "des fractions de 1"), (0.1, "des pour mille"), (1, "un code de tranche, ou un montant en euros")),
    fractional=True,
)
INCOME = Scale(
    "revenu_fiscal",
    "plausibilite_revenu",
    "des euros par an, sans séparateur de milliers autre qu'une espace : 7500 ou 7 500,00",
    (
        (12, "des revenus mensuels"),
        (1000, "des milliers d'euros, ou un point ou une virgule de milliers lu comme décimal"),
        (0.01, "des centimes"),
    ),
)
RENT = Scale(
    "loyer_mensuel_hc",
    "plausibilite_loyer",
    "des euros par mois et par logement, sans séparateur de milliers autre qu'une espace : 385,50",
    (
        (1 / 12, "des loyers annuels"),
        (0.01, "des centimes"),
        (60, "des loyers au m²"),
        (1000, "des milliers d'euros, ou un point ou une virgule de milliers lu comme décimal"),
    ),
)


def check_scale(
    frame: pd.DataFrame, scale: Scale, prefix: str, parameters: Parameters, campaign: int, desk: Desk
) -> None:
    """Refuse the column of a file of which a landlord's values of a year are, as a whole, in another unit.

    Parameters
    ----------
    frame : DataFrame
        ``fichier``, ``bailleur``, ``campagne`` or ``annee`` when told, and the column, sentinels blanked.
    campaign : int
        Campaign at 1 January of which the bounds are read.
    """
    rule = {
        name: float(parameters.at(key, date(campaign, 1, 1)).value)
        for name, key in {
            **{name: f"{scale.rule}_{name}" for name in ("bas", "haut", "infime")},
            "melange": "plausibilite_melange",
            "effectif": "plausibilite_effectif",
        }.items()
    }
    value = frame[scale.column].where(frame[scale.column] > 0)
    tiny = value <= rule["infime"]
    if scale.fractional:
        tiny &= value % 1 != 0
    keys = ["fichier", "bailleur", *(name for name in ("campagne", "annee") if name in frame)]
    measured = frame[keys].assign(value=value, tiny=tiny)
    by = measured.groupby(keys, observed=True, sort=False, dropna=False)
    groups = pd.DataFrame({"size": by["value"].count(), "median": by["value"].median(), "max": by["value"].max()})
    groups["tiny"] = 100 * by["tiny"].sum() / groups["size"]
    groups["all_tiny"] = groups["max"] <= rule["infime"]
    groups = groups[groups["size"] > 0]
    enough = groups["size"] >= rule["effectif"]
    out = enough & ~groups["median"].between(rule["bas"], rule["haut"]) | groups["all_tiny"] & (groups["tiny"] == 100)
    mixed = ~out & enough & (groups["tiny"] > rule["melange"])
    for file, part in groups[out | mixed].groupby(level=0, observed=True):
        _refuse(str(file), part, bool(out[part.index].any()), scale, rule, prefix, desk)


def _refuse(
    file: str, part: pd.DataFrame, out: bool, scale: Scale, rule: dict[str, float], prefix: str, desk: Desk
) -> None:
    """Say what the column looks like, never what it holds: values of households stay out of messages."""
    count = int(part["size"].sum())
    landlords = excerpt(dict.fromkeys(name for name in part.index.get_level_values(1) if isinstance(name, str)))
    who = f" de {landlords}" if landlords else ""
    if out:
        median = part["median"].iloc[0]
        alike = [words for factor, words in scale.guesses if rule["bas"] <= median * factor <= rule["haut"]]
        low = median < rule["bas"]
        side, bound = ("sous", "bas") if low else ("au-dessus de", "haut")
        looks = f"ressemblent à {alike[0]}" if alike else "n'ont pas l'ordre de grandeur attendu"
        what = f"les {count} valeurs{who} {looks} (médiane {side} {rule[bound]:g})"
        key = f"{scale.rule}_{bound}"
    else:
        what = (
            f"les {count} valeurs{who} mêlent deux échelles ({part['tiny'].iloc[0]:.0f} % d'entre elles "
            f"valent {rule['infime']:g} ou moins)"
        )
        key = "plausibilite_melange"
    desk.faults.add(
        f"{prefix}-ECHELLE",
        f"{file} : {scale.column} : {what}.",
        scale.expected,
        f"refaire l'export dans cette unité ; si la colonne est juste, le dire par [regles.{key}]",
    )
