"""The list of residences in French, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.housing import ADVICE, PERHAPS
from atlas.writing import many, quantity, whole

if TYPE_CHECKING:
    from atlas.housing import Listed, Offer

_SHOWN = 40


def lines_of(offer: Offer) -> list[str]:
    """Write the answer as a terminal shows it: what was asked, what is supposed, then residences."""
    asked = offer.asked
    wanted = [many(asked.rooms, "pièce") if asked.rooms else "toutes tailles"]
    wanted += [f"loyer hors charges de {quantity(round(offer.rent, 2))} € au plus"] if offer.rent is not None else []
    wanted += ["accessible"] if asked.accessible else []
    wanted += [one for one in (asked.commune, asked.situation, asked.landlord) if one]
    origin = " (supposé, par prudence ; --menage en décrit un autre)" if offer.supposed else ""
    lines = [
        ADVICE,
        f"Édition {offer.edition}. Recherche : {', '.join(wanted)}.",
        f"Ménage : {offer.household}{origin}. Être du premier quartile n'est pas cela : ce sont deux mesures.",
        "Logements par an : logements x rotation x part qui convient ; ce qui se libère est supposé ressembler à "
        "l'ensemble. Au moins et au plus : ce que permettent les comptes ; attendus : si taille, loyer et accès "
        "étaient sans lien.",
    ]
    if asked.first:
        lines.append("Premier quartile : hors QPV d'abord, comme le demande la loi.")
    if offer.rent is not None:
        surface = quantity(offer.rules.surfaces[min(max(asked.rooms or 1, 1), len(offer.rules.surfaces)) - 1])
        lines.append(
            f"Loyer estimé pour {surface} m², une surface supposée : « à vérifier » où l'édition ne le montre pas."
        )
    lines += ["", f"{many(len(offer.listed), 'résidence')}."]
    lines += [_line(one, masked=offer.masked) for one in offer.listed[:_SHOWN]]
    if len(offer.listed) > _SHOWN:
        lines.append(
            f"  … {whole(len(offer.listed) - _SHOWN)} de plus : --json les donne toutes, la page ou-loger.html aussi."
        )
    if offer.full:
        lines.append(
            f"{many(offer.full, 'résidence')} laissée{'s' if offer.full > 1 else ''} de côté : un tel ménage y ferait "
            "atteindre un critère de plus."
        )
    if offer.untold:
        lines.append(f"{many(offer.untold, 'résidence')} dont l'édition ne montre pas les chiffres voulus.")
    return lines


def _line(one: Listed, *, masked: bool) -> str:
    found, home = one.found, one.home
    span = f"de {quantity(found.least)} à {quantity(found.most)}" if found.least != found.most else quantity(found.most)
    least = "au moins " if masked else ""
    room = "" if one.room is None else f", {least}{many(one.room, 'place')} avant le prochain critère"
    verdict = f", {one.verdict}" if one.verdict == PERHAPS else ""
    rent = "" if found.rent is None else f", environ {whole(found.rent)} € ({found.holds})"
    where = ", ".join(part for part in (home.commune, home.situation, home.landlord) if part)
    number = f"{quantity(found.expected)} attendu{'s' if found.expected >= 2 else ''} par an ({span})"
    return f"  {home.name} [{home.id}], {where} : {number}{rent}{room}{verdict}"
