"""What each rule of secrecy costs, and which figure costs most: for the builder, on true counts.

In: counts, and what masked editions may show. Out: small tables for the latest campaign. They tell small masks from
secondary ones, which no edition may.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from atlas.protect.figures import ends_of
from atlas.protect.ground import Counts, Ground
from atlas.protect.rules import Opening, Scale, SecrecyRules
from atlas.secrecy import protect_cells
from atlas.tables import INDICATORS, UNITS

_TRIED = 6  # figures withdrawn one by one: those around most masked dwellings
_WITHIN = ("residences", "adresses")


def costs(
    counted: Counts, openings: Mapping[str, Opening], rules: SecrecyRules, scale: Scale, campaign: int
) -> dict[str, pd.DataFrame]:
    """Give every table of costs, by French title."""
    return {
        f"Ce que coûte le secret (campagne {campaign})": price(counted, openings, rules, campaign),
        "Ce que masque chaque règle : R1 petites unités, R2 trop peu de réponses, R3 pour en protéger d'autres, "
        "R5 bouts d'échelle": rule_costs(counted, openings, rules, scale, campaign),
        "Le chiffre qui, retiré, rouvrirait le plus de logements": nearest_unmaskings(
            counted, openings, rules, campaign
        ),
    }


def price(counted: Counts, openings: Mapping[str, Opening], rules: SecrecyRules, campaign: int) -> pd.DataFrame:
    """Say what secrecy costs: units and dwellings masked by kind, and what would come back if less were published.

    Returns
    -------
    DataFrame
        One row per kind of unit: counts for ``campaign``, with and without addresses, with and without landlords; of
        updates, every one.
    """
    fewer = {
        "sans les adresses": [name for name in counted.units if name != "adresses"],
        "sans les bailleurs": [name for name in counted.units if name != "bailleurs"],
    }
    variants = {label: _rows(counted, kinds, rules) for label, kinds in fewer.items()}
    lines = []
    for name, opening in openings.items():
        table = counted.units[name]
        now = (table["campagne"] == campaign).to_numpy() | UNITS[name].between  # of no campaign: all of them
        masked = now & ~opening.rows
        line: dict[str, object] = {
            "unité": UNITS[name].singular,
            "unités": int(now.sum()),
            "masquées": int(masked.sum()),
            "logements masqués": float(table.loc[masked, "nb_logements"].sum()),
        }
        for label, rows in variants.items():
            line[f"reviendraient {label}"] = int((masked & rows[name]).sum()) if name in rows else None
        lines.append(line)
    return pd.DataFrame(lines)


def _rows(counted: Counts, kinds: Sequence[str], rules: SecrecyRules) -> dict[str, np.ndarray]:
    """Decide the rows alone, for an edition of these kinds."""
    ground = Ground.of(counted, kinds, (), {})
    published = protect_cells(ground.measured(None).system, rules.unit).published
    return {name: published[ground.kind == name] for name in kinds}


def rule_costs(
    counted: Counts, openings: Mapping[str, Opening], rules: SecrecyRules, scale: Scale, campaign: int
) -> pd.DataFrame:
    """Count what each rule masks, each unit once, under the first rule that takes it.

    Returns
    -------
    DataFrame
        One row per kind of unit and thing shown (the unit, a criterion): units and dwellings under R1 (small), R2 (few
        answers), R3 (to protect others), R5 (an end written as a bound, or too telling to be written).
    """
    rows = []
    for kind in (name for name in openings if UNITS[name].drawn or name in _WITHIN):
        table, opening = counted.units[kind], openings[kind]
        now = (table["campagne"] == campaign).to_numpy()
        small = ~(table["nb_logements"] >= rules.dwellings).to_numpy() | ~(table["menages"] >= rules.households)
        small = np.asarray(small) & ~opening.rows
        for code in scale.criteria:
            indicator = INDICATORS[code]
            asked = now & (table[indicator.d] > 0).to_numpy()
            shown = opening.rates[code]
            few = ~small & ~shown & (table[indicator.d] < rules.denominator).to_numpy()
            ends, closed = ends_of(table[indicator.n], table[indicator.d], indicator, rules, scale)
            bound = shown & (ends.at_low | ends.at_high | closed).to_numpy()
            masks = {"R1": small, "R2": few, "R3": ~small & ~few & ~shown, "R5": bound}
            line: dict[str, object] = {"unité": UNITS[kind].singular, "critère": indicator.label}
            for rule, taken in masks.items():
                line[f"{rule}, unités"] = int((asked & taken).sum())
                line[f"{rule}, logements"] = int(table.loc[asked & taken, "nb_logements"].sum())
            rows.append(line)
    return pd.DataFrame(rows)


def nearest_unmaskings(
    counted: Counts, openings: Mapping[str, Opening], rules: SecrecyRules, campaign: int
) -> pd.DataFrame:
    """Withdraw, one at a time, the figures around most masked dwellings, and see what could then be shown.

    Returns
    -------
    DataFrame
        One row per figure withdrawn that opens something, the most useful first: residences and addresses that come
        back, and the dwellings of these residences.
    """
    kinds = tuple(openings)
    ground = Ground.of(counted, kinds, (), {})
    tables = pd.concat([counted.units[kind] for kind in kinds], ignore_index=True)
    here = (tables["campagne"] == campaign).to_numpy()
    open_ = np.concatenate([openings[kind].rows for kind in kinds])
    system = ground.measured(None).system.wishing(here)
    dwellings = tables["nb_logements"].fillna(0).to_numpy(float)
    large = here & ~open_ & (system.cell_weights() >= rules.unit).all(axis=1)
    masked = large & (ground.kind == "residences")
    around = system.membership @ (system.membership[masked].T @ np.ones(int(masked.sum())) > 0) * 1.0
    offered = here & open_ & ~np.isin(ground.kind, _WITHIN) & (around > 0)
    before = protect_cells(system, rules.unit).published
    rows = []
    for cell in np.flatnonzero(offered)[np.argsort(dwellings[offered] / np.maximum(around[offered], 1))][:_TRIED]:
        wished = here.copy()
        wished[cell] = False
        back = protect_cells(system.wishing(wished), rules.unit).published & ~before
        homes = back & (ground.kind == "residences")
        if back.any():
            rows.append(
                {
                    "chiffre retiré": f"{UNITS[str(ground.kind[cell])].singular} {tables['id'].iloc[cell]}",
                    "résidences rouvertes": int(homes.sum()),
                    "logements": int(dwellings[homes].sum()),
                    "adresses rouvertes": int((back & (ground.kind == "adresses")).sum()),
                }
            )
    return pd.DataFrame(rows).sort_values("logements", ascending=False) if rows else pd.DataFrame()
