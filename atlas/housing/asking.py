"""What a commission asks of a list of residences, and what of it cannot be: refused in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.errors import AtlasError, Fault
from atlas.offer import Home
from atlas.tables import SITUATIONS
from atlas.territory import nearest
from atlas.writing import unaccented


@dataclass(frozen=True)
class Asked:
    """What a commission asks. ``resources`` a year (€) or ``rent`` a month (€); ``household`` in words, the supposed
    one by default; ``first``: of the first quartile, whom the law sends outside priority quarters first."""

    rooms: int | None = None
    rent: float | None = None
    resources: float | None = None
    accessible: bool = False
    commune: str | None = None
    situation: str | None = None
    landlord: str | None = None
    household: str | None = None
    first: bool = False


def check(asked: Asked) -> None:
    """Refuse what cannot be: negative numbers, two ways to say a rent, a rent without a size."""
    said = {
        f"--pieces : {asked.rooms} n'est pas un nombre de pièces": asked.rooms is not None and asked.rooms < 1,
        f"--loyer-max : {asked.rent:g} € n'est pas un loyer" if asked.rent is not None else "": asked.rent is not None and asked.rent <= 0,
        f"--ressources : {asked.resources:g} € par an ne peut être négatif" if asked.resources is not None else " ": asked.resources is not None and asked.resources <= 0,
        "--loyer-max et --ressources disent deux fois le loyer": asked.rent is not None and asked.resources is not None,
        "un loyer par mois ne se compare qu'avec une taille : ajouter --pieces": asked.rooms is None and (asked.rent is not None or asked.resources is not None),
    }  # fmt: skip
    wrong = [sentence for sentence, so in said.items() if so]
    if wrong:
        raise AtlasError(
            [Fault("LOGER-NOMBRE", f"{one}.", "des nombres positifs", "corriger la commande") for one in wrong]
        )


def filters(asked: Asked, homes: list[Home]) -> list[bool]:
    """Tell the residences of the places and landlord asked, by name or, for a commune, by part of none."""
    kept = [True] * len(homes)
    for option, value, known in (
        ("--commune", asked.commune, [one.commune for one in homes]),
        ("--bailleur", asked.landlord, [one.landlord for one in homes]),
        ("--situation", asked.situation, [one.situation for one in homes]),
    ):
        if value is None:
            continue
        every = {name for name in known if name} | (set(SITUATIONS) if option == "--situation" else set())
        plain = {unaccented(name).lower(): name for name in every}
        name = plain.get(unaccented(value).lower().strip())
        if name is None:
            near = nearest(unaccented(value).lower(), set(plain)) or ""
            advice = f"écrire « {plain[near]} » ?" if near in plain else f"l'une de {', '.join(sorted(every)[:5])}"
            raise AtlasError(
                [
                    Fault(
                        "LOGER-LIEU",
                        f"{option} : « {value} » n'est pas dans cette édition.",
                        "un nom tel que l'édition l'écrit",
                        advice,
                    )
                ]
            )
        kept = [keep and one == name for keep, one in zip(kept, known, strict=True)]
    return kept
