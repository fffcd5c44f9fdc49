"""Reads the layer files, says in French what is wrong with each, and raises once."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from atlas.catalogue.checks import check_layer, check_shared
from atlas.catalogue.model import Catalogue, Caveat, Declared, Group, Layer, LayerClass, Range, Status, TableView
from atlas.errors import Faults
from atlas.resources import shipped

_Entry = TypeVar("_Entry", bound=BaseModel)
_SHARED: dict[str, tuple[str, type[BaseModel]]] = {
    "_groups": ("groupes", Group),
    "_caveats": ("mentions", Caveat),
    "_statuts": ("statuts", Status),
    "_tableaux": ("tableaux", TableView),
}
_PUBLISHED = "publie"


def read_catalogue(
    declared: Mapping[str, Mapping[str, Declared]],
    rules: Collection[str],
    folder: Path | None = None,
    standing_for: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Catalogue:
    """Read and check every layer of a folder, the shipped one by default.

    Parameters
    ----------
    declared : mapping
        By table, its columns by name: what a layer may draw and show.
    rules : collection of str
        Keys of the rules that every territory has; a layer names those of a territory's own in ``regles_locales``.
    standing_for : mapping
        By word that a list of columns may hold (``{niveau}``), the columns it stands for: those of the method shown
        first.

    Raises
    ------
    AtlasError
        Every fault of every file at once, codes ``COUCHE-…``: unreadable TOML, unknown or missing key, wrong type,
        unknown table, column, rule, caveat or group, breaks out of order, classes that overlap or leave a gap,
        duplicate identifier.
    """
    folder, faults = folder or shipped("layers"), Faults()
    contents = {name: _expanded(content, standing_for) for name, content in _contents(folder, faults)}
    shared = {name: _shared(f"{name}.toml", contents.pop(name, {}), faults) for name in _SHARED}
    statuses, published = shared["_statuts"]
    variants = [
        (where, _filled(entry, declared))
        for name, content in sorted(contents.items())
        for where, entry in _variants(f"{name}.toml", content, faults)
    ]
    layers = []
    for where, entry in variants:
        layer = _validated(Layer, entry, where, faults)
        if layer is not None:
            layer = layer.model_copy(update={"statuses": tuple(statuses), "published": published})
            layers.append(layer)
            check_layer(layer, where, declared, rules, faults)
    catalogue = Catalogue(
        layers=tuple(sorted(layers, key=lambda layer: layer.order)),
        groups=tuple(shared["_groups"][0]),
        caveats={caveat.key: caveat for caveat in shared["_caveats"][0]},
        statuses=tuple(statuses),
        published=published,
        tables={view.table: view for view in shared["_tableaux"][0]},
    )
    check_shared(catalogue, declared, faults)
    faults.raise_if_any()
    return catalogue


def _contents(folder: Path, faults: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.toml")):
        if path.stem.startswith("_") and path.stem not in _SHARED:
            faults.add(
                "COUCHE-FICHIER",
                f"{path.name} n'est pas un fichier partagé connu.",
                f"un des fichiers {', '.join(f'{name}.toml' for name in _SHARED)}",
                "renommer le fichier : une couche ne commence pas par « _ »",
            )
            continue
        try:
            yield path.stem, tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.add(
                "COUCHE-TOML",
                f"{path.name} n'est pas un fichier TOML lisible : {error}.",
                "un fichier TOML en UTF-8, sans clé en double",
                "corriger la ligne citée",
            )


def _shared(name: str, content: dict[str, Any], faults: Faults) -> tuple[list[Any], str]:
    """Read the entries of a shared file, and the word for a published figure where it is given."""
    section, model = _SHARED[name.removesuffix(".toml")]
    entries = content.get(section, [])
    if not isinstance(entries, list) or not entries:
        faults.add(
            "COUCHE-INCOMPLET", f"{name} : « {section} » manque.", f"une liste [[{section}]]", "compléter le fichier"
        )
        entries = []
    given = [_validated(model, entry, f"{name} ({section} {n})", faults) for n, entry in enumerate(entries, 1)]
    return [entry for entry in given if entry is not None], str(content.get(_PUBLISHED, ""))


def _variants(name: str, content: dict[str, Any], faults: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the file's layer, or one per variant with ``{variante}`` replaced by its key."""
    base = {key: value for key, value in content.items() if key != "variantes"}
    variants = content.get("variantes")
    if variants is None:
        yield name, base
        return
    if not isinstance(variants, dict) or not all(isinstance(variant, dict) for variant in variants.values()):
        faults.add(
            "COUCHE-TYPE",
            f"{name} : « variantes » n'est pas une suite de sections.",
            "[variantes.<indicateur>]",
            "corriger la mise en forme",
        )
        return
    for key, variant in variants.items():
        yield f"{name} (variante {key})", _replaced({**base, **variant}, "{variante}", key)


def _filled(entry: dict[str, Any], declared: Mapping[str, Mapping[str, Declared]]) -> dict[str, Any]:
    """Write the declared label and group of the layer's column where the file says ``{libelle}`` and ``{groupe}``."""
    column = declared.get(str(entry.get("table")), {}).get(str(entry.get("colonne")))
    if column is None:
        return entry
    return _replaced(_replaced(entry, "{libelle}", column.label), "{groupe}", column.group)


def _expanded(value: Any, standing_for: Mapping[str, Sequence[str]]) -> Any:
    """Put, in every list, the columns that a word stands for in its place."""
    if isinstance(value, dict):
        return {key: _expanded(item, standing_for) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    known = [standing_for.get(item, [item]) if isinstance(item, str) else [item] for item in value]
    return [_expanded(item, standing_for) for items in known for item in items]


def _replaced(value: Any, mark: str, word: str) -> Any:
    if isinstance(value, str):
        return value.replace(mark, word)
    if isinstance(value, list):
        return [_replaced(item, mark, word) for item in value]
    if isinstance(value, dict):
        return {key: _replaced(item, mark, word) for key, item in value.items()}
    return value


def _validated(model: type[_Entry], entry: Any, where: str, faults: Faults) -> _Entry | None:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        for found in error.errors():
            _report(where, found, model, faults)
        return None


_WORDS = {
    "missing": ("COUCHE-INCOMPLET", "manque", "une valeur", "compléter le fichier"),
    "string_too_short": ("COUCHE-INCOMPLET", "est vide", "un texte", "compléter le fichier"),
    "string_type": ("COUCHE-TYPE", "n'est pas un texte", "un texte entre guillemets", "corriger la valeur"),
    "bool_type": ("COUCHE-TYPE", "n'est pas vrai ou faux", "true ou false", "corriger la valeur"),
    "bool_parsing": ("COUCHE-TYPE", "n'est pas vrai ou faux", "true ou false", "corriger la valeur"),
    "tuple_type": ("COUCHE-TYPE", "n'est pas une liste", "une liste entre crochets", "ajouter les crochets"),
    "greater_than": ("COUCHE-VALEUR", "est trop petit", "un nombre positif", "corriger la valeur"),
    "less_than_equal": ("COUCHE-VALEUR", "est trop grand", "une taille en pixels", "corriger la valeur"),
}


def _report(where: str, found: Any, model: type[BaseModel], faults: Faults) -> None:
    """Say in French what pydantic found."""
    path = ".".join(str(step) for step in found["loc"] if step not in {"tuple[str,...]", "Range"})
    kind, given = found["type"], found["input"]
    if kind == "extra_forbidden":
        known = sorted({key for one in (model, LayerClass, Range) for key in _keys(one)})
        near = difflib.get_close_matches(str(found["loc"][-1]), known, n=1)
        faults.add(
            "COUCHE-CHAMP",
            f"{where} : champ inconnu « {path} ».",
            f"un des champs {', '.join(sorted(_keys(model)))}",
            f"écrire « {near[0]} » ?" if near else "supprimer le champ",
        )
    elif kind == "literal_error":
        expected = found["ctx"]["expected"].replace(" or ", " ou ")
        faults.add("COUCHE-VALEUR", f"{where} : « {path} » vaut {given!r}.", expected, "corriger la valeur")
    elif kind == "value_error":
        faults.add(
            "COUCHE-CLASSES", f"{where} : « {path} » : {found['ctx']['error']}.", "voir ci-dessus", "corriger la valeur"
        )
    elif kind == "string_pattern_mismatch":
        expected = {"couleur": "une couleur comme #93132b", "contour": "une couleur comme #2b3744"}
        faults.add(
            "COUCHE-VALEUR",
            f"{where} : « {path} » vaut {given!r}.",
            expected.get(str(found["loc"][-1]), f"un texte de la forme {found['ctx']['pattern']}"),
            "corriger la valeur",
        )
    else:
        code, said, expected, remedy = _WORDS.get(
            kind, ("COUCHE-TYPE", f"vaut {given!r}", "une valeur du type attendu", "corriger la valeur")
        )
        faults.add(code, f"{where} : « {path} » {said}.", expected, remedy)


def _keys(model: type[BaseModel]) -> set[str]:
    """Keys that a file may hold, as written in French; fields filled by the reader are not among them."""
    inner = {"published", "statuses"}
    return {field.alias or name for name, field in model.model_fields.items() if name not in inner}
