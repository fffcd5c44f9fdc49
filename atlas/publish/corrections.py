"""The residences as a layer and a table to correct by hand, in the edition that holds addresses unmasked.

In: a sealed edition with addresses. Out: ``residences_a_corriger.gpkg`` and ``.csv``, one row per address with its
residence; what the atlas found stays beside what may be changed (``…_atlas``), so that the changes can be told from the
file alone. A point placed by hand has no ``x_atlas``: it stays a move in every later build. Fed back as
``[sources.residences]``, either file is used by the next build. With several campaigns, the GeoPackage has a second
layer, ``filiation``: one point per event, fed back as ``[sources.filiation]``. A masked edition gets none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from atlas.publish.geopackage import write_layers
from atlas.publish.layers import CORRECTIONS as NAME
from atlas.publish.layers import Layer, has_corrections
from atlas.publish.qgis.pictures import Picture
from atlas.publish.tabular import write_csv
from atlas.sources.corrections import HAND
from atlas.sources.filiation import FOUND as KEPT
from atlas.sources.filiation import LAYER as EVENTS_LAYER
from atlas.symbology import EVERY, Clause, SymbolClass
from atlas.tables import FILIATION, Column
from atlas.tables.years import (
    DELIVERED,
    DEMOLISHED,
    ENTERED,
    FILIATION_COLUMNS,
    FOUND,
    LEFT,
    MERGED,
    REGROUPED,
    RENAMED,
    SOLD,
    SPLIT,
)

if TYPE_CHECKING:
    import pandas as pd

    from atlas.edition import Edition

COLUMNS = (
    Column("id_adresse", "Identifiant de l'adresse", meaning="ne pas changer"),
    Column("adresse", "Adresse", meaning="ne pas changer"),
    Column("bailleur", "Bailleur", meaning="ne pas changer : une résidence n'a qu'un bailleur"),
    Column("nb_logements", "Logements", "logements"),
    Column("id_residence", "Résidence", meaning="à changer : même identifiant, même résidence"),
    Column("nom_residence", "Nom de la résidence", meaning="à changer pour renommer"),
    Column("id_residence_atlas", "Résidence trouvée par l'atlas", meaning="ne pas changer"),
    Column("nom_residence_atlas", "Nom trouvé par l'atlas", meaning="ne pas changer"),
    Column("methode_groupe", "Méthode de regroupement", meaning="comment l'atlas a regroupé"),
    Column("confiance", "Confiance du regroupement", "catégorie", values=("forte", "moyenne", "faible")),
    Column("x_atlas", "Abscisse trouvée par l'atlas", "réel", "projection légale, en mètres"),
    Column("y_atlas", "Ordonnée trouvée par l'atlas", "réel", "projection légale, en mètres"),
)
_EDITABLE = frozenset({"id_residence", "nom_residence"})
_TOLD = {column.name: column for column in (*FILIATION_COLUMNS, *FILIATION.columns)}  # the words to correct come last
EVENT_COLUMNS = tuple(_TOLD.values())
_KINDS = {
    "noms et groupes": ((RENAMED, MERGED, SPLIT, REGROUPED), "#4a7fb5"),
    "changement de bailleur": ((SOLD,), "#f2a12e"),
    "livraison ou entrée": ((DELIVERED, ENTERED), "#3d8f5f"),
    "démolition, vente ou sortie": ((DEMOLISHED, LEFT), "#93132b"),
}
_COLOURS = {"forte": "#cfe1f2", "moyenne": "#f2a12e", "faible": "#93132b"}


def write_corrections(edition: Edition, folder: Path) -> list[Path]:
    """Write the layer and the table to correct.

    Returns
    -------
    list of Path
        The files written; none when the edition is masked or holds no address.
    """
    if not has_corrections(edition):
        return []
    layer = _layer(edition)
    package, table = folder / f"{NAME}.gpkg", folder / f"{NAME}.csv"
    told = [] if edition.filiation is None else [_events(edition, edition.filiation)]
    write_layers([layer, *told], [_picture(layer), *map(_picture_of_events, told)], edition, package)
    write_csv(layer.attributes, table)
    return [package, table]


def _layer(edition: Edition) -> Layer:
    import geopandas as gpd
    import pandas as pd

    addresses = edition.units["adresses"].sort_values("id", ignore_index=True)
    residences = edition.units["residences"].set_index("id")
    geometry = gpd.GeoSeries(addresses["geometry"], crs=edition.crs)
    found = residences.reindex(addresses["id_residence"]).set_axis(addresses.index)
    by_atlas = addresses["methode_appariement"] != HAND
    values = pd.DataFrame(
        {
            "id_adresse": addresses["id"],
            "adresse": addresses["nom"],
            "bailleur": addresses["bailleur"],
            "nb_logements": addresses["nb_logements"].astype("Int64"),
            "id_residence": addresses["id_residence"],
            "nom_residence": found["nom"],
            "id_residence_atlas": addresses["id_residence"],
            "nom_residence_atlas": found["nom"],
            "methode_groupe": found["methode_groupe"],
            "confiance": found["confiance"],
            "x_atlas": geometry.x.round(2).where(by_atlas),
            "y_atlas": geometry.y.round(2).where(by_atlas),
        }
    )
    texts = {column.name: "str" for column in COLUMNS if not column.numeric}
    table = gpd.GeoDataFrame(values.astype(texts), geometry=geometry, crs=edition.crs)
    return Layer(NAME, "Résidences à corriger", "une adresse et sa résidence", COLUMNS, "Point", table)


def _events(edition: Edition, filiation: pd.DataFrame) -> Layer:
    """Lay the events on the points of their residences; what a hand wrote has nothing found beside it."""
    import geopandas as gpd

    places = edition.units["residences"].set_index("id").geometry
    found = filiation["origine"] == FOUND
    values = filiation.assign(**{kept: filiation[name].where(found) for name, kept in KEPT.items()})
    kinds = {column.name: "Int64" if column.numeric else "str" for column in EVENT_COLUMNS}
    points = gpd.GeoSeries(places.reindex(values["id"]).array, index=values.index, crs=edition.crs)
    table = gpd.GeoDataFrame(values[list(kinds)].astype(kinds), geometry=points)
    row = "un événement d'une résidence entre deux campagnes"
    return Layer(EVENTS_LAYER, "Filiation à corriger", row, EVENT_COLUMNS, "Point", table)


def _picture_of_events(layer: Layer) -> Picture:
    classes = tuple(
        _class(label, label, colour, ((Clause("evenement", words),),)) for label, (words, colour) in _KINDS.items()
    )
    rest = SymbolClass("reste", "rien n'est arrivé", "#ffffff", "#5f6570", "circle", 4, "", EVERY, otherwise=True)
    return Picture(
        id=layer.name,
        title=layer.title,
        layer=layer,
        kind="points",
        group="",
        classes=(*classes, rest),
        levels=tuple(reversed(range(len(classes) + 1))),
        tooltip=("nom", "campagne", "evenement", "de", "vers", "preuve"),
        editable=frozenset({"campagne", "id", *KEPT}),
        description="Un événement par point ; « aucun » quand rien n'est arrivé, un point de plus pour un événement.",
    )


def _class(key: str, label: str, colour: str, condition: tuple[tuple[Clause, ...], ...]) -> SymbolClass:
    return SymbolClass(
        key=key,
        label=label,
        colour=colour,
        stroke="#2b3744",
        shape="circle",
        size=4.5,
        hatch="",
        condition=condition,
    )


def _picture(layer: Layer) -> Picture:
    """Colour addresses by how sure their grouping is: the least sure are to be looked at first."""
    classes = tuple(
        _class(word, f"confiance {word}", colour, ((Clause("confiance", (word,)),),))
        for word, colour in reversed(_COLOURS.items())
    )
    rest = SymbolClass("reste", "confiance inconnue", "#ffffff", "#5f6570", "circle", 4, "", EVERY, otherwise=True)
    return Picture(
        id=NAME,
        title=layer.title,
        layer=layer,
        kind="points",
        group="",
        classes=(*classes, rest),
        levels=(3, 2, 1, 0),
        tooltip=("adresse", "nom_residence", "bailleur", "methode_groupe", "confiance"),
        label_column="nom_residence",
        editable=_EDITABLE,
        description="Une adresse par point ; les adresses d'une même résidence portent le même identifiant.",
    )
