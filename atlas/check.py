"""Check a territory without computing anything: rules, layers, files, contracts, plausibility. Lists every fault."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from atlas.ledger import Ledger
from atlas.plan import plan
from atlas.sources import read_sources


def check(path: Path, accepted: Sequence[str] = ()) -> list[str]:
    """Read everything a build would read and describe it in French sentences.

    Raises
    ------
    AtlasError
        Faults of the territory file, of the rules and of the layers together; then those of every source together.
    """
    ledger = Ledger()
    todo = plan(path, (), accepted)
    inputs = read_sources(todo.territory, todo.parameters, ledger)
    survey = inputs.ops.groupby("campagne")["nb_logements"].agg(["size", "sum"])
    read = [
        f"Campagne {year} : {row['size']:.0f} adresses, {row['sum']:.0f} logements" for year, row in survey.iterrows()
    ]
    aside = [f"{len(ledger.rejects)} lignes seraient écartées ou signalées"] if len(ledger.rejects) else []
    return [*read, *inputs.remarks, *aside, "Aucun défaut : le territoire peut être construit."]
