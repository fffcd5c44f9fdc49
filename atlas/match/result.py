"""The table under construction: one row per address, filled once each.

Grain: one row per input row, same order and index. A row is open until a step places, contests or refuses it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MATCHED, AMBIGUOUS, UNMATCHED = "apparié", "ambigu", "non apparié"
IDENTIFIER, COORDINATES, EXACT, CLOSE, NEIGHBOUR, STREET = (
    "identifiant",
    "coordonnées",
    "adresse exacte",
    "adresse approchée",
    "numéro voisin",
    "voie seule",
)


class Result:
    """Columns of the answer; `note` holds what must be said before the reason."""

    def __init__(self, addresses: pd.DataFrame) -> None:
        count = len(addresses)
        self.identifiers = addresses["id_adresse"]
        self.x, self.y, self.score = (np.full(count, np.nan) for _ in range(3))
        self.id, self.street, self.method, self.status = (np.full(count, None, dtype=object) for _ in range(4))
        self.reason, self.note = np.full(count, "", dtype=object), np.full(count, "", dtype=object)

    def open(self) -> np.ndarray:
        """Rows that no step has answered yet."""
        return np.flatnonzero(self.status == None)  # noqa: E711 (elementwise)

    def place(
        self,
        rows: np.ndarray,
        x: np.ndarray,
        y: np.ndarray,
        method: str | np.ndarray,
        score: float | np.ndarray,
        reason: str | np.ndarray,
    ) -> None:
        """Give rows a place, in metres of the legal projection."""
        self.x[rows], self.y[rows], self.score[rows] = x, y, score
        self.method[rows], self.status[rows], self.reason[rows] = method, MATCHED, reason

    def contest(self, rows: np.ndarray, reason: str | np.ndarray) -> None:
        """Declare rows ambiguous."""
        self.status[rows], self.reason[rows] = AMBIGUOUS, reason

    def refuse(self, rows: np.ndarray, reason: str | np.ndarray) -> None:
        """Declare rows unmatched."""
        self.status[rows], self.reason[rows] = UNMATCHED, reason

    def table(self) -> pd.DataFrame:
        """The answer, in the order and with the index of the input."""
        texts = {
            "id_ban": self.id,
            "voie": self.street,
            "methode_appariement": self.method,
            "statut_appariement": self.status,
            "raison": self.note + self.reason,
        }
        columns: dict[str, object] = {"id_adresse": self.identifiers.to_numpy(), "x": self.x, "y": self.y}
        columns |= {name: pd.array(values, dtype="str") for name, values in texts.items()}
        columns["score_appariement"] = self.score
        order = [
            "id_adresse",
            "x",
            "y",
            "id_ban",
            "voie",
            "methode_appariement",
            "score_appariement",
            "statut_appariement",
            "raison",
        ]
        return pd.DataFrame(columns, index=self.identifiers.index)[order]
