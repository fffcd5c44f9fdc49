"""The ledger: at every stage, rows, dwellings and households in = out + set aside, each with its reason.

Nothing leaves the flow without a line here; a stage that does not balance stops the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from atlas.errors import Faults

QUANTITIES = ("lignes", "logements", "menages")
_SOURCES = {"logements": "nb_logements", "menages": "menages"}
REJECT_COLUMNS = ("etape", "effet", "motif", "fichier", "ligne", "id", "logements", "menages", "detail")
SET_ASIDE, NOTED = "écarté", "signalé"


@dataclass
class Ledger:
    """What each stage received, passed on and set aside. ``entries`` feeds the reconciliation page."""

    entries: list[dict[str, object]] = field(default_factory=list)
    _listed: list[pd.DataFrame] = field(default_factory=list)

    def balance(
        self,
        stage: str,
        entered: pd.DataFrame,
        left: pd.DataFrame,
        aside: pd.DataFrame | None = None,
        noted: pd.DataFrame | None = None,
    ) -> None:
        """Record a stage and check that nothing was lost or invented.

        Parameters
        ----------
        stage : str
            French name of the stage.
        entered, left : DataFrame
            Rows before and after; ``nb_logements`` and ``menages`` are summed, by ``campagne``, where present.
        aside : DataFrame, optional
            Rows that leave the flow, with a ``motif`` column (``fichier``, ``ligne``, ``id``, ``detail`` where known).
        noted : DataFrame, optional
            Rows that stay in the flow and are only pointed out, with the same columns.

        Raises
        ------
        AtlasError
            ``BILAN-ECART`` when in differs from out plus set aside for any quantity.
        """
        aside = entered.iloc[:0].assign(motif="") if aside is None else aside
        faults = Faults()
        totals = {name: _totals(table) for name, table in (("in", entered), ("out", left), ("aside", aside))}
        for campaign in sorted(set().union(*totals.values())):
            zero = dict.fromkeys(QUANTITIES, 0.0)
            came, went, rest = (totals[name].get(campaign, zero) for name in ("in", "out", "aside"))
            for quantity in QUANTITIES:
                if round(came[quantity] - went[quantity] - rest[quantity], 6):
                    faults.add(
                        "BILAN-ECART",
                        f"Étape « {stage} », campagne {campaign or 'sans objet'} : {came[quantity]:.0f} {quantity} en "
                        f"entrée, {went[quantity]:.0f} en sortie, {rest[quantity]:.0f} écartés.",
                        "entrée = sortie + écartés",
                        "signaler ce défaut du programme avec le fichier bilan.json : rien n'a été publié",
                    )
            self.entries.append(
                {
                    "etape": stage,
                    "campagne": campaign,
                    "entree": came,
                    "sortie": went,
                    "ecarte": rest,
                    "motifs": aside.loc[_campaign(aside) == campaign, "motif"].value_counts().to_dict(),
                }
            )
        faults.raise_if_any()
        self._list(stage, aside, SET_ASIDE)
        if noted is not None:
            self.note(stage, noted)

    def note(self, stage: str, *tables: pd.DataFrame) -> None:
        """List rows that stay in the flow and are only pointed out, with their ``motif``."""
        for rows in tables:
            self._list(stage, rows, NOTED)

    def _list(self, stage: str, rows: pd.DataFrame, effect: str) -> None:
        if not len(rows):
            return
        listed = rows.rename(columns={"nb_logements": "logements"})
        if "id" not in listed and "id_adresse" in listed:
            listed = listed.rename(columns={"id_adresse": "id"})
        listed = listed.assign(etape=stage, effet=effect)
        self._listed.append(listed.reindex(columns=list(REJECT_COLUMNS)).astype("object"))

    @property
    def rejects(self) -> pd.DataFrame:
        """Every row set aside or pointed out, one row each, columns :data:`REJECT_COLUMNS`."""
        if not self._listed:
            return pd.DataFrame(columns=list(REJECT_COLUMNS))
        return pd.concat(self._listed, ignore_index=True)


def _campaign(table: pd.DataFrame) -> pd.Series:
    if "campagne" in table:
        return table["campagne"].astype("string").fillna("")
    return pd.Series("", index=table.index, dtype="string")


def _totals(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Sum each quantity by campaign; a table without a quantity counts zero of it on every side."""
    campaign = _campaign(table)
    sums = pd.DataFrame({"lignes": pd.Series(1.0, index=table.index)})
    for quantity, column in _SOURCES.items():
        sums[quantity] = pd.to_numeric(table[column]).fillna(0).astype(float) if column in table else 0.0
    grouped = sums.groupby(campaign.to_numpy()).sum()
    return {str(key): {quantity: float(row[quantity]) for quantity in QUANTITIES} for key, row in grouped.iterrows()}
