"""What every reader shares: where it reports faults, remarks and rows set aside."""

from __future__ import annotations

from dataclasses import dataclass, field

from atlas.errors import Faults
from atlas.ledger import Ledger


@dataclass
class Desk:
    """Collects, over all the sources, the faults (raised once), the remarks and the balance of rows.

    ``blanked`` keeps, by file and column, the placeholders read as missing: a fault says what the cell really holds.
    """

    ledger: Ledger
    faults: Faults = field(default_factory=Faults)
    remarks: list[str] = field(default_factory=list)
    blanked: dict[tuple[str, str], str] = field(default_factory=dict)

    def note(self, sentence: str) -> None:
        """Record what was deduced or assumed, once."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)
