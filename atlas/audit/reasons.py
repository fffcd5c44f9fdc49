"""Why an edition must not be published, in French: faults of one kind are one reason, counted, with an example."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

# Who disagrees with whom, in one sentence by kind of reason.
LEAK, FIXED, UNPROVEN, END, FIGURE, PLACE, FILE, NESTING, ORACLE = (
    "fuite",
    "encadrement",
    "preuve",
    "bout",
    "chiffre",
    "lieu",
    "fichier",
    "emboîtement",
    "oracle",
)
SENTENCES = {
    LEAK: "le moteur de secret tient pour sûr ce que l'audit sait déduire",
    FIXED: "le moteur de secret laisse un encadrement que l'audit réduit à un seul effectif",
    UNPROVEN: "l'audit n'a pas su prouver sûr ce que le moteur de secret publie",
    END: "le moteur de secret écrit un bout d'échelle que l'audit sait réduire à moins de trois effectifs",
    FIGURE: "un chiffre publié n'est pas celui que l'audit recompte d'après les adresses",
    PLACE: "l'édition et l'audit ne s'accordent pas sur les adresses d'une unité",
    FILE: "un fichier de l'édition dit plus que son GeoPackage, ou autre chose",
    NESTING: "deux éditions ne s'emboîtent pas",
    ORACLE: "une lecture des méthodes vient d'autre chose que de ce que l'édition publie",
}

_MOST = 5
CODES = {ORACLE: "AUDIT-ORACLE"}  # of the refusals that say which part of the house to look at


@dataclass(frozen=True)
class Reason:
    """One kind of fault: ``what`` is wrong, how many times, with the first examples."""

    kind: str
    what: str
    count: int = 1
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        number = f"{self.count}, " if self.count > 1 else ""
        if not self.examples:
            return f"{self.what}{f' ({self.count})' if self.count > 1 else ''}"
        return f"{self.what} ({number}par exemple {self.examples[0]})"


def reason(kind: str, what: str, found: Iterable[str]) -> list[Reason]:
    """Make one reason of all that was found of a kind, or none.

    >>> [str(one) for one in reason(LEAK, "des groupes se déduisent", ["A", "B"])], reason(LEAK, "", [])
    (['des groupes se déduisent (2, par exemple A)'], [])
    """
    examples = tuple(dict.fromkeys(found))
    return [Reason(kind, what, len(examples), examples)] if examples else []


def listed(atoms: Iterable[Hashable]) -> str:
    """Name the first addresses of a group."""
    names = sorted(map(str, atoms))
    return ", ".join(names[:_MOST]) + ("…" if len(names) > _MOST else "")
