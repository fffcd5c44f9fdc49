"""What is declared and leads nowhere: said before anything is read, and never met as an error in mid-build."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from atlas.errors import Faults
from atlas.sources.forms import forms, module_of
from atlas.tables import AUDIENCES, INDICATORS, OPS, ORIGINS, OTHER_COUNTS, SITUATIONS, UNITS
from atlas.tables.lists import OF_LISTS
from atlas.tables.updates import UPDATE

_COUNTED_BY_STAGES = {"logements", "attributions"}  # their rows say more than counts: stages of their own read them
_READ_EVERYWHERE = {"territoire", "residences"}
_ROLES = {"stock", "flux", "attributions"}


def check_declarations(rules: Collection[str], faults: Faults) -> None:
    """Report every entry of an indicator, a unit, a source or an audience that names what nothing gives.

    Parameters
    ----------
    rules : collection of str
        Keys of the rules that exist: targets are among them.
    """
    for kind, found in (
        ("indicateur", _indicators(rules)),
        ("unité", _units()),
        ("source", _sources()),
        ("public", _audiences()),
    ):
        for name, lack in found:
            faults.add(
                "DECLARATION",
                f"{kind} « {name} » : {lack}.",
                "des déclarations qui ne nomment que ce qui existe (atlas/tables)",
                "compléter l'entrée, ou ce qu'elle nomme ; rien n'a été lu",
            )


def _indicators(rules: Collection[str]) -> Iterator[tuple[str, str]]:
    for code, one in INDICATORS.items():
        for count in one.counts:
            if count not in OPS.names and count not in OTHER_COUNTS:
                yield code, f"le nombre {count} n'est ni une colonne de l'enquête ni donné par une autre source"
        if one.role not in _ROLES:
            yield code, f"le rôle {one.role} n'est pas l'un de {', '.join(sorted(_ROLES))}"
        if one.target and one.target.rule not in rules:
            yield code, f"la règle {one.target.rule} de son objectif n'existe pas"
        if one.target and not set(one.target.situations) <= set(SITUATIONS):
            yield code, f"son objectif vaut dans une situation inconnue ({', '.join(one.target.situations)})"


def _units() -> Iterator[tuple[str, str]]:
    given = {"id_adresse", *UNITS["adresses"].identity, *OF_LISTS, UPDATE}
    for name, unit in UNITS.items():
        narrower = {*unit.parts, *([unit.made.of] if unit.made else [])}
        for other in sorted(narrower - UNITS.keys()):
            yield name, f"l'unité {other} n'existe pas"
        for other in sorted(set(unit.sources) - ORIGINS.keys()):
            yield name, f"la source {other} n'existe pas"
        if unit.key and unit.key not in given and not unit.made:
            yield name, f"aucune étape ne donne {unit.key} à une adresse, et rien ne dit de quoi la faire (made)"
        if unit.drawn and not unit.geometry:
            yield name, "dessinée, mais sans géométrie"


def _sources() -> Iterator[tuple[str, str]]:
    for origin, form in forms():
        try:
            module = module_of(form)
        except ModuleNotFoundError:
            yield origin.name, f"le module atlas/sources/{form.module}.py n'existe pas"
            continue
        if not hasattr(module, "WANTED") and not hasattr(module, "wanted"):
            yield origin.name, f"atlas/sources/{form.module}.py ne dit pas quelles colonnes il attend (WANTED)"
        if origin.counts and origin.name not in _COUNTED_BY_STAGES and not _counts(module):
            yield origin.name, f"atlas/sources/{form.module}.py n'a pas de fonctions read et counts"


def _counts(module: object) -> bool:
    return hasattr(module, "read") and hasattr(module, "counts")


def _audiences() -> Iterator[tuple[str, str]]:
    for name, audience in AUDIENCES.items():
        for unit in sorted({*audience.omits, *audience.coarse} - UNITS.keys()):
            yield name, f"l'unité {unit} n'existe pas"
        for unit in sorted(_READ_EVERYWHERE & set(audience.omits)):
            yield name, f"toutes les pages lisent l'unité {unit}, qui ne peut pas manquer"
