"""What a layer must satisfy beyond its form: known names, breaks in order, classes that take every row once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import product

from atlas.catalogue.model import THRESHOLD, Catalogue, Declared, Layer, LayerClass, Range
from atlas.errors import Faults, excerpt

Columns = Mapping[str, Declared]


def check_layer(
    layer: Layer, where: str, declared: Mapping[str, Columns], rules: Collection[str], faults: Faults
) -> None:
    """Report what one layer names that does not exist, and classes that are not a partition."""
    columns = declared.get(layer.table)
    if columns is None:
        _unknown("COUCHE-TABLE", f"{where} : table", [layer.table], declared, faults)
        return
    used = [layer.column, *(column for one in layer.classes for column in one.when)]
    used += [layer.label_column] if layer.label_column else []
    used += [f"st_{layer.indicator}"] if layer.indicator else []
    _unknown("COUCHE-COLONNE", f"{where} : colonne", [name for name in used if name not in columns], columns, faults)
    shown = [name for name in (*layer.tooltip, *layer.criteria) if not is_column(name, columns)]
    _unknown("COUCHE-COLONNE", f"{where} : colonne", shown, columns, faults)
    needed = [layer.threshold] if layer.threshold else []
    _unknown("COUCHE-REGLE", f"{where} : règle", [*needed, *layer.rules], rules, faults, quiet=True)
    if bool(layer.breaks) == bool(layer.classes):
        faults.add(
            "COUCHE-CLASSES",
            f"{where} : {'« bornes » et « classes » à la fois' if layer.breaks else 'ni « bornes » ni « classes »'}.",
            "soit des bornes sur un taux, soit des classes écrites une à une",
            "garder l'une des deux écritures",
        )
    elif layer.breaks:
        _check_breaks(layer, where, faults)
    elif all(name in columns for name in used):
        _check_partition(layer, where, columns, faults)


def check_shared(catalogue: Catalogue, declared: Mapping[str, Columns], faults: Faults) -> None:
    """Report what layers and tables name and nothing defines, and identifiers given twice."""
    groups = {group.key for group in catalogue.groups}
    for layer in catalogue.layers:
        _unknown("COUCHE-GROUPE", f"{layer.id} : groupe", {layer.group} - groups, groups, faults, quiet=True)
        missing = [key for key in layer.caveats if key not in catalogue.caveats]
        _unknown("COUCHE-MENTION", f"{layer.id} : mention", missing, catalogue.caveats, faults, quiet=True)
    for identifier, times in Counter(layer.id for layer in catalogue.layers).items():
        if times > 1:
            faults.add(
                "COUCHE-DOUBLE",
                f"{times} couches portent l'identifiant « {identifier} ».",
                "un identifiant par couche",
                "renommer l'une d'elles",
            )
    for view in catalogue.tables.values():
        if view.table not in declared:
            _unknown("COUCHE-TABLE", "_tableaux.toml : table", [view.table], declared, faults)
            continue
        columns = declared[view.table]
        names = [*view.columns, *view.filters, *view.search]
        absent = [name for name in names if not is_column(name, columns)]
        _unknown("COUCHE-COLONNE", f"_tableaux.toml ({view.table}) : colonne", absent, columns, faults)
    if not catalogue.published:
        faults.add(
            "COUCHE-INCOMPLET",
            "_statuts.toml : « publie » manque.",
            "le statut d'un chiffre publié",
            "ajouter la ligne publie = …",
        )


def is_column(name: str, columns: Columns) -> bool:
    """Tell whether a name is a declared column or the code of an indicator that has one."""
    return name in columns or f"tx_{name}" in columns


def _unknown(
    code: str, what: str, names: Iterable[str], known: Collection[str], faults: Faults, *, quiet: bool = False
) -> None:
    for name in dict.fromkeys(names):
        if quiet and name in known:
            continue
        near = get_close_matches(name, sorted(known), n=1)
        faults.add(
            code,
            f"{what} « {name} » inconnue.",
            f"l'une de : {excerpt(sorted(known), 8)}",
            f"écrire « {near[0]} » ?" if near else "corriger le nom",
        )


def _check_breaks(layer: Layer, where: str, faults: Faults) -> None:
    numbers = [value for value in layer.breaks if value != THRESHOLD]
    if not layer.indicator:
        faults.add(
            "COUCHE-BORNES",
            f"{where} : des bornes sur « {layer.column} », qui n'est pas un taux.",
            "une colonne tx_<indicateur>",
            "écrire des classes avec « quand »",
        )
    if numbers != sorted(set(numbers)):
        faults.add(
            "COUCHE-BORNES",
            f"{where} : bornes {list(layer.breaks)} dans le désordre ou en double.",
            "des bornes croissantes",
            "réordonner les bornes",
        )
    if (layer.breaks.count(THRESHOLD) != 1) if layer.threshold else (THRESHOLD in layer.breaks):
        faults.add(
            "COUCHE-BORNES",
            f"{where} : bornes {list(layer.breaks)} et seuil « {layer.threshold} » ne vont pas ensemble.",
            'la borne "seuil" une fois, et le nom de la règle dans « seuil »',
            "ajouter ce qui manque : une classe ne doit pas chevaucher le seuil d'un critère",
        )


def _check_partition(layer: Layer, where: str, columns: Columns, faults: Faults) -> None:
    """Try every combination of values that the conditions can tell apart: each must meet one class, and only one."""
    rest = [one for one in layer.classes if one.otherwise]
    if len(rest) > 1:
        faults.add(
            "COUCHE-CLASSES",
            f"{where} : plusieurs classes « autrement ».",
            "une classe pour le reste, au plus",
            "en garder une",
        )
    names = sorted({name for one in layer.classes for name in one.when})
    for values in product(*(_samples(name, layer, columns[name].values) for name in names)):
        row: dict[str, float | str] = dict(zip(names, values, strict=True))
        meeting = [one.key for one in layer.classes if one.when and _meets(one, row)]
        told = ", ".join(f"{name} = {value}" for name, value in row.items())
        if len(meeting) > 1:
            faults.add(
                "COUCHE-CLASSES",
                f"{where} : les classes {', '.join(meeting)} se chevauchent pour {told}.",
                "une seule classe par ligne",
                "corriger « quand »",
            )
        elif not meeting and not rest:
            faults.add(
                "COUCHE-CLASSES",
                f"{where} : aucune classe pour {told}.",
                "une classe pour toute ligne",
                "compléter « quand » ou ajouter une classe « autrement = true »",
            )


def _samples(name: str, layer: Layer, values: Collection[str]) -> Sequence[float | str]:
    """One value for each span that the conditions on a column can tell apart."""
    conditions = [one.when[name] for one in layer.classes if name in one.when]
    ends = sorted(
        {end for one in conditions if isinstance(one, Range) for end in (one.start, one.end) if end is not None}
    )
    if ends:
        return [ends[0] - 1, *ends]
    listed = {value for one in conditions if not isinstance(one, Range) for value in one}
    return sorted((set(values) | listed) - {layer.undetermined, *(one.key for one in layer.statuses)})


def _meets(one: LayerClass, row: Mapping[str, float | str]) -> bool:
    return all(
        condition.holds(float(row[name])) if isinstance(condition, Range) else row[name] in condition
        for name, condition in one.when.items()
    )
