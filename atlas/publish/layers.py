"""The tables of an edition as files carry them: the same rows, columns and order in the GeoPackage, CSV and workbook.

In: a sealed edition. Out: one :class:`Layer` per published table, sorted by identifier so that the order of rows says
nothing. Nothing is set aside: a layer that the edition omits is named with its reason by :func:`omissions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas import methods
from atlas.errors import AtlasError, Fault
from atlas.evolution import evolution, pairs_of
from atlas.methods import Method
from atlas.publish.meanings import explained
from atlas.tables import (
    COMPOSITION_COLUMNS,
    COMPOSITION_THEN,
    INDICATORS,
    STATUSES,
    STOCK_COLUMNS,
    STOCK_RENTS,
    UNITS,
    Column,
    columns_of,
    history_columns,
)
from atlas.tables.updates import KIND
from atlas.tables.years import EVOLUTION_COLUMNS, FILIATION_COLUMNS, PASSAGE_COLUMNS

if TYPE_CHECKING:
    from atlas.edition import Edition

OUTLINES, SERIES, HISTORY, STOCK = "residences_emprises", "series", "historique", "parc"
COMPOSITION, CORRECTIONS = "composition", "residences_a_corriger"
EVOLUTION, FILIATION, PASSAGES = "evolution", "filiation", "passages"

SERIES_COLUMNS = (
    Column("unite", "Couche de l'unité", "catégorie", values=tuple(UNITS)),
    Column("id", "Identifiant de l'unité"),
    Column("campagne", "Campagne OPS (1er janvier)", "année", "d'une actualisation, l'année de sa date"),
    Column("indicateur", "Indicateur", "catégorie", values=tuple(INDICATORS)),
    Column(
        "numerateur", "Numérateur", "effectif", "vide dans une édition qui ne montre pas les effectifs", secret=True
    ),
    Column("denominateur", "Dénominateur", "effectif", "vide dans une édition sans effectifs", secret=True),
    Column("valeur", "Valeur", "% ou rapport", "telle que l'édition peut la montrer", secret=True),
    Column("statut", "Statut", "catégorie", values=STATUSES),
    Column("libelle", "Texte affiché", meaning="valeur, borne, « secret », « non renseigné » ou « sans objet »"),
)

_TITLES = {
    OUTLINES: "Emprises des résidences",
    SERIES: "Séries par campagne",
    HISTORY: "Niveaux par campagne",
    STOCK: "Parc de logements",
    COMPOSITION: "Adresses de chaque unité par campagne",
    EVOLUTION: "Évolution d'une campagne à l'autre",
    FILIATION: "Filiation des résidences",
    PASSAGES: "Passages d'un périmètre à l'autre",
}
_THROUGH_YEARS = {
    EVOLUTION: ("une unité entre deux campagnes", EVOLUTION_COLUMNS),
    FILIATION: ("un événement d'une résidence entre deux campagnes", FILIATION_COLUMNS),
    PASSAGES: ("les logements d'une résidence entre deux listes de périmètres", PASSAGE_COLUMNS),
}
# What makes a row unique in the tables that are not of one unit each.
KEYS = {
    SERIES: ("unite", "id", "campagne", "indicateur"),
    HISTORY: ("unite", "id", "campagne"),
    STOCK: ("unite", "id", "caracteristique", "modalite"),
    COMPOSITION: ("id", "campagne"),
    EVOLUTION: ("unite", "id", "campagne_avant", "campagne"),
    FILIATION: ("campagne_avant", "campagne", "id", "evenement", "de", "vers"),
    PASSAGES: ("perimetre", "liste_avant", "liste", "id", "de", "vers"),
}
_GEOMETRIES = {"point": "Point", "polygone": "MultiPolygon", None: None}
_OF_OUTLINES = ("id", "nom", "bailleur", "code_insee", "situation", "nb_logements")


@dataclass(frozen=True)
class Layer:
    """One table of an edition's files.

    ``geometry`` is the GeoPackage geometry type, None for a plain table. ``table`` holds ``columns`` in their order,
    typed (text, whole numbers that may be missing, real numbers), then ``geometry`` where there is one.
    """

    name: str
    title: str
    row: str
    columns: tuple[Column, ...]
    geometry: str | None
    table: pd.DataFrame

    @property
    def attributes(self) -> pd.DataFrame:
        """The table without its geometry."""
        return pd.DataFrame(self.table)[[column.name for column in self.columns]]


def layers_of(edition: Edition) -> tuple[Layer, ...]:
    """List the tables that the files of an edition hold, from the territory down to addresses.

    Returns
    -------
    tuple of Layer
        Units in the order of :data:`atlas.tables.UNITS`, the outlines after their residences, then ``series``, the
        levels of every campaign, the stock of dwellings and the addresses of each unit.

    Raises
    ------
    AtlasError
        ``PUBLICATION-COLONNES`` when a table lacks a declared column or holds one that nothing declares.
    """
    layers = []
    for name, unit in UNITS.items():
        if name not in edition.units:
            continue
        columns = _columns(edition, name)
        table = _typed(pd.DataFrame(edition.units[name]), columns)
        geometry = _GEOMETRIES[unit.geometry]
        if geometry:
            table = _spatial(table, edition.units[name], edition)
        layers.append(Layer(name, unit.title, unit.row, columns, geometry, _sorted(table)))
        if name == "residences":
            layers.append(_outlines(edition, layers[-1]))
    layers.append(_plain(SERIES, "un indicateur d'une unité à une campagne", SERIES_COLUMNS, edition.series))
    history = pd.concat([table.assign(unite=name) for name, table in edition.history.items()])
    judged = [column for method in edition.methods for column in method.history()]
    layers.append(
        _plain(
            HISTORY,
            "une unité à une campagne",
            explained(history_columns(judged, followed=edition.followed), edition.methods),
            history,
        )
    )
    columns = (*STOCK_COLUMNS, *(STOCK_RENTS if edition.counts else ()))
    row = "les logements d'une unité qui partagent une caractéristique"
    layers.append(_plain(STOCK, row, columns, edition.stock))
    if edition.composition is not None:
        row = "une adresse à une campagne"
        then = tuple(column for column in COMPOSITION_THEN if column.name in edition.composition)
        layers.append(_plain(COMPOSITION, row, (*COMPOSITION_COLUMNS, *then), edition.composition))
    for name, (row, columns) in _THROUGH_YEARS.items():
        told = _through_years(name, edition)
        if told is not None:
            layers.append(_plain(name, row, columns, told))
    return tuple(layers)


def _through_years(name: str, edition: Edition) -> pd.DataFrame | None:
    """Give a table of what passes from one campaign to another, None where the edition has none."""
    if name == EVOLUTION:
        return evolution(edition, pairs_of(edition.context.campaigns)) if edition.followed else None
    told: pd.DataFrame | None = getattr(edition, name)
    return told


def declared_columns() -> dict[str, tuple[Column, ...]]:
    """Give the columns of every table as they are declared, counts included, before any edition holds them."""
    ways = methods.every()
    units = {name: explained(_of_unit(name, ways, counts=True), ways) for name in UNITS}
    outlines = tuple(column for column in units["residences"] if column.name in _of_outlines(ways))
    plain = {
        SERIES: SERIES_COLUMNS,
        HISTORY: explained(history_columns([column for way in ways for column in way.history()]), ways),
        STOCK: (*STOCK_COLUMNS, *STOCK_RENTS),
        COMPOSITION: (*COMPOSITION_COLUMNS, *COMPOSITION_THEN),
        **{name: columns for name, (_, columns) in _THROUGH_YEARS.items()},
    }
    return {**units, OUTLINES: outlines, **plain}


def omissions(edition: Edition) -> dict[str, str]:
    """Name each layer that the edition does not publish, with the reason.

    A layer of the earlier list of quarters is missing from no territory that has one list: nobody looks for it. Nor for
    updates, where no landlord sent any.
    """
    said = edition.context.omitted
    missing = (unit for unit in UNITS.values() if unit.name not in edition.units)
    return {
        unit.title: said.get(unit.name, "non publié dans cette édition")
        for unit in missing
        if unit.name in said or not unit.occasional
    }


def has_corrections(edition: Edition) -> bool:
    """Whether the edition holds what is needed to correct residences: every address, unmasked."""
    return not edition.masked and {"adresses", "residences"} <= set(edition.units)


def kind(column: Column) -> str:
    """Say how a column is stored: ``texte``, ``entier`` or ``réel``.

    >>> kind(Column("tx_occupants", "Occupants", "personnes")), kind(Column("nb_criteres", "Critères", "critères"))
    ('réel', 'entier')
    """
    if not column.numeric:
        return "texte"
    real = column.unit in {"réel", "€/m²", "%", "logements par an"} or column.name.startswith(
        ("tx_", "score_", "valeur")
    )
    return "réel" if real else "entier"


def _of_unit(
    unit: str, ways: Sequence[Method], *, counts: bool, followed: bool = True, updated: bool = True
) -> tuple[Column, ...]:
    judged = methods.judged_columns(ways, unit, counts=counts, followed=followed, updated=updated)
    return columns_of(unit, counts=counts, judged=judged)


def _of_outlines(ways: Sequence[Method]) -> set[str]:
    """Outlines carry what identifies a residence, and what colours it: the levels, and the criteria as told."""
    judged = {name for way in ways for name in (way.level, way.proven, way.met) if name}
    told = {f"{prefix}_{code}" for way in ways for code in way.codes for prefix in ("lb", "st")}
    return {*_OF_OUTLINES, *judged, *told}


def _columns(edition: Edition, unit: str) -> tuple[Column, ...]:
    """Declare the columns of a unit, completed where two words help."""
    shape = {"counts": edition.counts, "followed": edition.followed, "updated": KIND in edition.units}
    of_unit = _of_unit(unit, edition.methods, **shape)
    declared = explained(of_unit, edition.methods)
    names = {column.name for column in declared} | ({"geometry"} if UNITS[unit].geometry else set())
    table = edition.units[unit]
    unknown = [name for name in table.columns if name not in names]
    lacking = [column.name for column in declared if column.name not in table.columns]
    if unknown or lacking:
        raise AtlasError(
            [
                Fault(
                    "PUBLICATION-COLONNES",
                    f"Table « {unit} » de l'édition {edition.name} : colonnes absentes "
                    f"({', '.join(lacking) or 'aucune'}), colonnes non déclarées ({', '.join(unknown) or 'aucune'}).",
                    "les colonnes déclarées dans atlas.tables et par les méthodes",
                    "signaler ce défaut du programme : rien n'a été publié",
                )
            ]
        )
    return tuple(_closed(column, table[column.name]) for column in declared)


def _closed(column: Column, values: pd.Series) -> Column:
    """Complete the closed list of a category by what the layer holds: names of study areas, methods of matching."""
    if column.unit != "catégorie":
        return column
    found = set(values.dropna().unique().tolist()) - set(column.values)
    return replace(column, values=(*column.values, *sorted(found))) if found else column


def _typed(table: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    """Keep the columns in order, as text, whole numbers that may be missing, or real numbers."""
    types: dict[str, Any] = {"texte": "str", "entier": "Int64", "réel": "float64"}
    columns_of_table = {}
    for column in columns:
        values, wanted = table[column.name], types[kind(column)]
        columns_of_table[column.name] = values if values.dtype == wanted else values.astype(wanted)
    return pd.DataFrame(columns_of_table, copy=False)


def _spatial(table: pd.DataFrame, source: Any, edition: Edition) -> pd.DataFrame:
    import geopandas as gpd

    geometry = gpd.GeoSeries(source["geometry"], index=table.index, crs=edition.crs)
    return gpd.GeoDataFrame(table.assign(geometry=geometry), geometry="geometry", crs=edition.crs, copy=False)


def _sorted(table: pd.DataFrame, keys: list[str] | None = None) -> pd.DataFrame:
    if keys is None and table["id"].is_monotonic_increasing:
        return table.reset_index(drop=True)
    return table.sort_values(keys or "id", ignore_index=True, kind="stable")


def _plain(name: str, row: str, columns: tuple[Column, ...], table: pd.DataFrame) -> Layer:
    return Layer(name, _TITLES[name], row, columns, None, _sorted(_typed(table, columns), list(KEYS[name])))


def _outlines(edition: Edition, residences: Layer) -> Layer:
    """Outlines carry what identifies and colours a residence, so that they can be drawn without a join."""
    names = _of_outlines(edition.methods)
    columns = tuple(column for column in residences.columns if column.name in names)
    described = residences.attributes[[column.name for column in columns]]
    shapes = edition.outlines[["id", "geometry"]]
    table = pd.DataFrame(shapes[["id"]].assign(geometry=shapes.geometry)).merge(described, on="id", how="inner")
    spatial = _spatial(table[[column.name for column in columns]], table, edition)
    return Layer(OUTLINES, _TITLES[OUTLINES], "l'emprise d'une résidence", columns, "MultiPolygon", _sorted(spatial))
