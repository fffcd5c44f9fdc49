"""Who receives an edition, and what it may hold: one entry is one edition, on every command and page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atlas.tables.model import listed
from atlas.tables.units import UNITS

LANDLORD = "bailleur-"  # begins the name of the edition of one landlord


@dataclass(frozen=True)
class Audience:
    """One audience: the name of its edition, who it is, what the edition keeps of the promise of secrecy.

    ``omits`` says why a kind of unit is left out; ``landlord``: whose own stock is open; ``coarse``: the kinds that
    show classes only; ``anonymous`` editions name no landlord, and who reads one holds no other; ``default`` ones are
    built when none is asked for.
    """

    name: str
    description: str
    guarantee: str = "la promesse, envers quiconque et envers chaque bailleur."
    default: bool = False
    masked: bool = True
    omits: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    landlord: str | None = None
    coarse: frozenset[str] = frozenset()
    anonymous: bool = False

    @property
    def decimals(self) -> int:
        """Digits after the decimal mark of a published percentage: whole ones where something is masked."""
        return 0 if self.masked else 1

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of unit that the edition holds."""
        return tuple(name for name in UNITS if name not in self.omits)


AUDIENCES = listed(
    (
        Audience(
            "interne",
            "Service de l'EPCI chargé de l'atlas",
            "aucune : rien n'y est masqué.",
            default=True,
            masked=False,
            notices=("Édition interne, non masquée : à ne pas diffuser.",),
        ),
        Audience("partenaire", "Communes, Action Logement, État, réservataires, membres des commissions", default=True),
        Audience(
            "public",
            "Tout public",
            "la promesse ; rien que l'édition des partenaires ne montre, et des classes seulement par résidence.",
            omits={
                "adresses": "l'édition publique ne descend pas sous la résidence",
                "bailleurs": "l'édition publique ne nomme aucun bailleur",
                "actualisations": "la date d'une actualisation dirait quelles résidences sont d'un même bailleur",
            },
            notices=(
                "Par résidence, seules des classes sont publiées : le taux écrit est la borne basse de la classe.",
            ),
            coarse=frozenset({"residences"}),
            anonymous=True,
        ),
    )
)
DEFAULT_EDITIONS = tuple(name for name, audience in AUDIENCES.items() if audience.default)
OF_A_LANDLORD = "la promesse pour le parc des autres ; le sien, à chaque campagne où il le détenait, est ouvert."
