"""A plan in French: what it gives, what binds, what each aim costs, what to relax, what else is worth as much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from atlas.allocation.diagnosis import Diagnosis, Told
from atlas.allocation.reading import Ground, Supposed
from atlas.allocation.size_words import size_sentences
from atlas.allocation.vocabulary import GROUPS, cost_words
from atlas.methods.household_words import read_households, words_of
from atlas.writing import many, quantity, whole

ADVICE = (
    "Ce plan conseille sur des résidences et des nombres de logements : il ne désigne, ne note ni ne classe jamais une "
    "personne. La commission attribue chaque logement."
)
_FEW = 6


@dataclass(frozen=True)
class Section:
    """Sentences under one title."""

    key: str
    title: str
    sentences: tuple[str, ...]


def sentences_of(ground: Ground, supposed: Supposed, found: Diagnosis, year: int) -> tuple[Section, ...]:
    """Say a plan in sentences, by what they are about."""
    return (
        Section("plan", "Le plan en quelques phrases", tuple(_plan(ground, found, year))),
        Section("serre", "Ce qui serre, et ce que coûte chaque cible", tuple(_binding(found))),
        Section("tailles-plan", "Les tailles de logements", tuple(size_sentences(ground, supposed, found))),
        Section("autres", "Des plans de même valeur", tuple(_others(found))),
        Section("suppositions", "Ce qui est supposé", tuple(_supposed(ground, supposed))),
    )


def lines_of(
    ground: Ground, supposed: Supposed, found: Diagnosis, year: int, written: Sequence[Path] = ()
) -> list[str]:
    """Write a plan as a terminal shows it."""
    lines = [ADVICE]
    for section in sentences_of(ground, supposed, found, year):
        lines += ["", section.title, *(f"  {sentence}" for sentence in section.sentences)]
    return [*lines, *([""] if written else []), *(f"Écrit : {path}" for path in written)]


def _plan(ground: Ground, found: Diagnosis, year: int) -> list[str]:
    free = sum(one.free for one in ground.places)
    given = [sum(split[rank] for split in found.solution.plan.values()) for rank in range(len(GROUPS))]
    parts = ", ".join(
        f"{whole(number)} pour {'le ' if rank == 0 else 'd’'}{GROUPS[rank]}" for rank, number in enumerate(given)
    )
    where = f"du parc de {ground.own}" if ground.own else "du territoire"
    cost, lacking = found.solution.cost, [one for one in found.aims if one.lacking]
    lines = [f"En {year}, {many(free, 'logement')} {where} devraient se libérer : {parts.replace('’', chr(39))}."]
    if not lacking:
        lines.append(f"Toutes les cibles ({len(found.aims)}) sont atteintes.")
    else:
        lines.append(
            "Toutes les cibles ne peuvent pas être atteintes ensemble ; ce plan est celui à qui il manque le moins : "
            + " ; ".join(f"{one.aim.label}, il manque {_homes(one.lacking, one)}" for one in lacking)
            + "."
        )
    if found.conflict:
        named = " ; ".join(f"{one.label} ({one.target})" for one in found.conflict)
        lines.append(
            f"Ne tiennent pas ensemble : {named}. Renoncer à une seule de celles-ci, ou l'abaisser, rend les autres "
            "possibles."
        )
    over = sum(1 for one in ground.places if any(limit.overrun(found.solution.plan[one.key]) for limit in one.limits))
    lines.append(
        f"{many(over, 'résidence')} {'atteindraient' if over > 1 else 'atteindrait'} un critère de plus, avec "
        f"{many(cost.overrun, 'ménage')} de trop, dont {whole(_whoever(ground))} quel que soit le plan : le ménage qui "
        "part compte aussi."
        if over
        else "Aucune résidence n'est poussée à un critère de plus."
    )
    lines.append(
        f"Concentration : {whole(cost.concentration)}, soit les ménages du 1er quartile placés là où des critères sont "
        "déjà atteints, comptés une fois par critère ; aucun plan qui atteint autant les cibles n'en a moins, "
        "à dépassements égaux."
    )
    if ground.practised:
        lines.append(
            f"Par rapport à la pratique de la dernière année décrite, {many(cost.moved, 'logement')} "
            f"{'vont' if cost.moved > 1 else 'va'} à un autre groupe."
        )
    else:
        lines.append("Aucune décision n'est connue : le plan ne peut pas être comparé à une pratique.")
    return lines


def _whoever(ground: Ground) -> int:
    """Count the overruns that no plan avoids: the least of each residence by itself."""
    return sum(
        min(
            sum(limit.overrun((first, second, one.free - first - second)) for limit in one.limits)
            for first in range(one.free + 1)
            for second in range(one.free - first + 1)
        )
        for one in ground.places
        if one.limits
    )


def _homes(number: int, told: Told) -> str:
    return many(-(-number // told.aim.unit), "logement")


def _binding(found: Diagnosis) -> list[str]:
    lines = []
    for one in found.aims:
        if not one.binds and not one.lacking:
            continue
        needed = whole(-(-one.aim.least // one.aim.unit))
        line = f"{one.aim.label} ({one.aim.target}) : {_homes(one.reached, one)} sur {whole(one.aim.held)}"
        line += f", il en faut {needed}"
        if one.without is not None:
            line += (
                f" ; sans elle : {cost_words(one.without)}"
                if one.without != found.solution.cost
                else " ; y renoncer ne changerait rien"
            )
        lines.append(f"{line}.")
    loose = sum(1 for one in found.aims if not one.binds and not one.lacking)
    if loose:
        lines.append(
            f"{many(loose, 'autre cible', 'autres cibles')} {'sont atteintes' if loose > 1 else 'est atteinte'} avec "
            f"de la marge : {'elles ne coûtent' if loose > 1 else 'elle ne coûte'} rien à ce plan."
        )
    return lines or ["Rien ne serre : aucune cible ne porte sur ce parc."]


def _others(found: Diagnosis) -> list[str]:
    lines = []
    if found.alike > 1:
        number = whole(found.alike) if found.alike < 10**9 else f"plus de 10 puissance {len(str(found.alike)) - 1}"
        lines.append(f"Des résidences que rien ne distingue pour le plan peuvent échanger leur part : {number} façons.")
    if not found.searched:
        lines.append("Un autre plan de même valeur n'a pas été cherché : le territoire est trop grand.")
    elif found.other is None:
        lines.append("Aucun autre plan de même valeur n'a été trouvé ailleurs.")
    else:
        lines.append(
            f"Un autre plan de même valeur remplit autrement {many(len(found.changed), 'résidence')} : "
            "il est dans le classeur, feuille « autre-plan »."
        )
    return lines


def _supposed(ground: Ground, supposed: Supposed) -> list[str]:
    named = zip(GROUPS, supposed.households, strict=True)
    told = " ; ".join(f"{group} : {words_of(read_households(text)[1]).partition(' : ')[2]}" for group, text in named)
    lines = [
        ADVICE,
        f"Effet supposé d'un ménage sur les critères, par prudence et faute de le savoir : {told}. Être du premier "
        f"quartile n'est pas être sous {quantity(_band(supposed))} % du plafond PLUS : ce sont deux mesures, de deux "
        "populations.",
        f"{quantity(float(100 * supposed.double))} % des ménages du premier quartile sont supposés être aussi d'un "
        "public prioritaire.",
        "Logements attendus : logements x rotation, arrondis par bailleur au plus proche, les plus forts restes "
        "d'abord ; autant de ménages moyens partent qu'il en arrive, et une décision vaut un bail.",
        "Ce qui se libère est supposé des tailles du parc de la résidence. Les droits de réservation ne contraignent "
        "pas le plan.",
    ]  # fmt: skip
    if supposed.upheld and ground.practised:
        lines.append(
            "Le plan ne reçoit, sur tout le territoire, ni moins de ménages du premier quartile ni moins de publics "
            "prioritaires que la pratique."
        )
    if ground.freed.borrowed:
        lines.append(
            f"{many(len(ground.freed.borrowed), 'résidence')} sans rotation connue : celle du bailleur, sinon du "
            "territoire, est prise."
        )
    untold = sum(1 for one in ground.ahead if one.untold)
    if untold:
        lines.append(
            f"{many(untold, 'résidence')} où un critère au moins n'est pas renseigné : rien n'y retient le plan sur ce "
            "critère."
        )
    if ground.own:
        lines.append("Édition d'un bailleur : les cibles de l'ensemble des bailleurs ne peuvent pas y être comptées.")
    return lines


def _band(supposed: Supposed) -> float:
    low, beyond = read_households(supposed.households[0])[1].resources
    return beyond if beyond != float("inf") else low
