"""The residences as a layer and a table to correct by hand, in the edition that holds addresses unmasked.

In: a sealed edition with addresses. Out: ``residences_a_corriger.gpkg`` and ``.csv``, one row per address with its
residence; what the atlas found stays beside what may be changed (``…_atlas``), so that the changes can be told from the
file alone. A point placed by hand has no ``x_atlas``: it stays a move in every later build. Fed back as
``[sources.residences]``, either file is used by the next build. A masked edition gets neither.
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
from atlas.symbology import EVERY, Clause, SymbolClass
from atlas.tables import Column

if TYPE_CHECKING:
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
    write_layers([layer], [_picture(layer)], edition, package)
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


def _picture(layer: Layer) -> Picture:
    """Colour addresses by how sure their grouping is: the least sure are to be looked at first."""
    classes = tuple(
        SymbolClass(
            key=word,
            label=f"confiance {word}",
            colour=colour,
            stroke="#2b3744",
            shape="circle",
            size=4.5,
            hatch="",
            condition=((Clause("confiance", (word,)),),),
        )
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
