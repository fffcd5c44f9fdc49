"""Check a territory without computing anything: rules, layers, files, contracts, plausibility. Lists every fault."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from atlas.catalogue import read_catalogue
from atlas.errors import AtlasError, Faults
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.plan import plan
from atlas.sources import read_sources
from atlas.tables import UNITS, columns_of


def check(path: Path, accepted: Sequence[str] = ()) -> list[str]:
    """Read everything a build would read and describe it in French sentences.

    Raises
    ------
    AtlasError
        Faults of the layers, of the plan and of the sources together.
    """
    faults = Faults()
    declared = {name: {column.name: column for column in columns_of(name, counts=True)} for name in UNITS}
    try:
        read_catalogue(declared, read_parameters().values)
    except AtlasError as error:
        faults.found += error.faults
    ledger = Ledger()
    try:
        todo = plan(path, (), accepted)
        inputs = read_sources(todo.territory, todo.parameters, ledger)
    except AtlasError as error:
        faults.found += error.faults
    faults.raise_if_any()
    survey = inputs.ops.groupby("campagne")["nb_logements"].agg(["size", "sum"])
    read = [
        f"Campagne {year} : {row['size']:.0f} adresses, {row['sum']:.0f} logements" for year, row in survey.iterrows()
    ]
    aside = [f"{len(ledger.rejects)} lignes seraient écartées ou signalées"] if len(ledger.rejects) else []
    return [*read, *inputs.remarks, *aside, "Aucun défaut : le territoire peut être construit."]
