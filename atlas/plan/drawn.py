"""The layers of a build: their files checked, and the classes of coarse editions, which are those of the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from atlas import methods
from atlas.catalogue import Catalogue, Layer
from atlas.errors import AtlasError, Faults
from atlas.methods import Method
from atlas.parameters import Parameters, Rule
from atlas.symbology import classes_of


def catalogue_of(chosen: Sequence[Method], parameters: Parameters, faults: Faults) -> Catalogue | None:
    """Read the layers: their faults are the territory's business too, since nothing can be drawn without them."""
    try:
        everywhere = [one for one in chosen if not one.units] or methods.load()  # another never comes first
        catalogue = methods.catalogue_of(everywhere, parameters.values)
    except AtlasError as error:
        faults.found += error.faults
        return None
    for method in chosen:
        for column in filter(None, (method.level, method.proven)):
            if catalogue.drawing(column) is not None:
                continue
            faults.add(
                "METHODE-COUCHE",
                f"Aucune couche ne dessine la méthode « {method.code} ».",
                f"un fichier du dossier layers dont la table est residences et la colonne {column}",
                "ajouter la couche, avec une classe par valeur",
            )
    return catalogue


def published_classes(
    layers: Sequence[Layer], rules: Sequence[Rule], thresholds: Mapping[str, Sequence[float]]
) -> dict[str, list[tuple[float, str]]]:
    """Take the classes of coarse editions from the layers of residences: what the map shows is what is published.

    A class in which the judgement of an active method may change is cut there: the class then tells the judgement.
    """
    rates = [layer for layer in layers if layer.table == "residences" and layer.breaks]
    cut = [one.model_copy(update={"breaks": (*one.breaks, *thresholds.get(one.indicator, ()))}) for one in rates]
    return {
        layer.indicator: [
            (clause.start or 0.0, one.label)
            for one in classes_of(layer, rules)
            if not one.status
            for clause in one.condition[0]
            if clause.column == layer.column
        ]
        for layer in cut
    }
