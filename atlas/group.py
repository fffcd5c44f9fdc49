"""Group: addresses into residences, by a precedence that a landlord can read and correct.

In: one row per address with ``id_adresse``, ``bailleur``, ``nom_residence``, ``id_residence`` (declared or missing),
``code_insee``, ``x``, ``y`` (metres), ``premiere_campagne``, ``nb_logements``. Out: the same rows, same order, with
``id_residence``, ``nom_residence`` (display name), ``methode_groupe``, ``confiance``. Nothing is set aside.

Precedence, never across landlords: what the landlord declares; then the same programme name within reach; then a
chain of addresses that touch. A group wider than the diameter cap is not a residence: a name that spans one names
a quarter and is ignored, a chain that spans one is cut into clusters that fit (complete linkage).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from atlas.later import sparse
from atlas.tables import UNDISCLOSED as UNKNOWN_LANDLORD
from atlas.tables.keys import numbered
from atlas.tables.programmes import programme_name

DECLARED, PROGRAMME, CHAIN, ALONE = "déclarée par le bailleur", "même programme", "adresses voisines", "adresse seule"
HIGH, MEDIUM, LOW = "forte", "moyenne", "faible"


@dataclass(frozen=True)
class GroupRules:
    """Distances in metres: between touching addresses, inside a programme, and the largest diameter of a residence."""

    touching: float
    programme: float
    diameter: float


RULE_KEYS = {
    "touching": "regroupement_distance",
    "programme": "regroupement_distance_programme",
    "diameter": "regroupement_diametre",
}


_READ = (
    "id_adresse",
    "bailleur",
    "id_residence",
    "nom_residence",
    "adresse_affichee",
    "code_insee",
    "x",
    "y",
    "premiere_campagne",
    "nb_logements",
)


def group(addresses: pd.DataFrame, rules: GroupRules) -> pd.DataFrame:
    """Give every address its residence.

    The result does not depend on the order of the rows. The identifier of a group found by the atlas is a digest of its
    oldest address (first campaign, then identifier), so that it survives new addresses, surveys and landlord names.

    Examples
    --------
    >>> rows = pd.DataFrame({"id_adresse": ["a", "b", "c"], "x": [0.0, 80.0, 500.0], "y": 0.0})
    >>> rows = rows.assign(nom_residence=["Les Lilas", "LES LILAS", None], bailleur="B", id_residence=None,
    ...     code_insee="93010", premiere_campagne=2020, nb_logements=10, adresse_affichee="1 rue A")
    >>> group(rows, GroupRules(50, 150, 400))["methode_groupe"].tolist()
    ['même programme', 'même programme', 'adresse seule']
    """
    ordered = addresses[list(_READ)].sort_values("id_adresse").sort_values("premiere_campagne", kind="stable")
    landlord = numbered(ordered["bailleur"])
    name = programme_name(ordered["nom_residence"])
    xy = ordered[["x", "y"]].to_numpy(float)
    located = ~np.isnan(xy).any(axis=1)
    declared = ordered["id_residence"].notna().to_numpy()
    label = np.full(len(ordered), -1)
    method = pd.Series(ALONE, ordered.index, pd.CategoricalDtype([DECLARED, PROGRAMME, CHAIN, ALONE]))

    _assign(label, np.flatnonzero(declared), numbered(landlord[declared], ordered["id_residence"][declared]))
    method[declared] = DECLARED

    named = name.notna().to_numpy() & ~declared
    usable = named & located
    programme = numbered(landlord, name)
    parts = _components(xy[usable], programme[usable], rules.programme)
    fits = ~_wide(xy[usable], parts, rules.diameter)[parts]
    kept = np.flatnonzero(usable)[fits]
    _assign(label, kept, parts[fits])
    method.iloc[kept] = PROGRAMME

    chained = np.flatnonzero(located & (label < 0))
    parts = _components(xy[chained], landlord[chained], rules.touching)
    _assign(label, chained, _cut(xy[chained], parts, rules.diameter))
    method.iloc[chained] = CHAIN

    # Without a point, only a landlord's own programme name in one commune can bring addresses together, unless that
    # name spans a quarter elsewhere.
    of_a_quarter = np.isin(programme, programme[usable][~fits])
    blind = np.flatnonzero(named & ~located & ~of_a_quarter & (ordered["bailleur"] != UNKNOWN_LANDLORD).to_numpy())
    _assign(label, blind, numbered(programme[blind], ordered["code_insee"].iloc[blind]))
    method.iloc[blind] = PROGRAMME
    rest = np.flatnonzero(label < 0)
    _assign(label, rest, np.arange(len(rest)))

    size = np.bincount(label)[label]
    unsure = ~located | (ordered["bailleur"] == UNKNOWN_LANDLORD).to_numpy()
    method[(size == 1) & (method != DECLARED)] = ALONE
    return addresses.assign(
        id_residence=_identifiers(ordered, label, declared),
        nom_residence=_display_names(ordered, label, name),
        methode_groupe=method.astype("str"),
        confiance=_confidence(method, _is_number(name), located, unsure & (size > 1)).astype("str"),
    )


def overspread(grouped: pd.DataFrame, rules: GroupRules) -> pd.DataFrame:
    """List, by their first address, the declared residences wider than the cap or over several communes.

    They are kept, since their landlord says so; a number lost in an export may also have made one of a whole stock.
    """
    rows = grouped[grouped["methode_groupe"] == DECLARED]
    label = numbered(rows["id_residence"])
    xy = rows[["x", "y"]].to_numpy(float)
    located = ~np.isnan(xy).any(axis=1)
    inside, part = np.unique(label[located], return_inverse=True)
    wide = np.isin(label, inside[_wide(xy[located], part, rules.diameter)])
    communes, size = (rows.groupby(label)["code_insee"].transform(count) for count in ("nunique", "size"))
    first = ~rows["id_residence"].duplicated() & (wide | (communes > 1))
    told = rows["id_residence"] + " : " + size.astype("str") + " adresses, " + communes.astype("str") + " commune(s)"
    told += np.where(wide, f", plus de {rules.diameter:.0f} m de large", "")
    listed = rows.assign(motif="résidence déclarée plus étendue qu'une résidence", detail=told, nb_logements=np.nan)
    return listed[first]


def _assign(label: np.ndarray, rows: np.ndarray, parts: np.ndarray) -> None:
    """Number new groups after those already given."""
    label[rows] = numbered(parts) + (label.max(initial=-1) + 1)


def _components(xy: np.ndarray, key: np.ndarray, distance: float) -> np.ndarray:
    """Label connected components of points of the same key within a distance of each other.

    The key is a third coordinate, farther apart than the distance: one tree serves every landlord. Stacked points are
    one node, otherwise a tower of a thousand addresses on one spot would make half a million pairs.
    """
    if not len(xy):
        return np.zeros(0, dtype=np.int64)
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    node = numbered(xy[:, 0], xy[:, 1], key)
    nodes = np.empty((node.max() + 1, 3))
    nodes[node] = np.column_stack([xy, key * (2 * distance + 1)])
    pairs = cKDTree(nodes).query_pairs(distance, output_type="ndarray")
    graph = sparse.coo_array(
        (np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(len(nodes), len(nodes))
    )
    return connected_components(graph, directed=False)[1][node]


def _wide(xy: np.ndarray, label: np.ndarray, diameter: float) -> np.ndarray:
    """Tell which groups are wider than the cap, one value per label.

    The bounding box settles most of them: only where its diagonal is over the cap and its sides are not is the largest
    distance looked for, between the corners of the convex hull.
    """
    found = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1]}).groupby(label)
    sides = (found.max() - found.min()).to_numpy()
    wide = np.hypot(sides[:, 0], sides[:, 1]) > diameter
    doubtful = np.flatnonzero(wide & (sides <= diameter).all(axis=1))
    if not len(doubtful):
        return wide
    from scipy.spatial.distance import pdist

    for group_label, rows in zip(doubtful, _rows_of(label, doubtful), strict=True):
        hull = shapely.convex_hull(shapely.multipoints(xy[rows]))
        wide[group_label] = pdist(shapely.get_coordinates(hull)).max() > diameter
    return wide


def _rows_of(label: np.ndarray, wanted: np.ndarray) -> list[np.ndarray]:
    """List the rows of each wanted group, sorting once rather than searching every row for each."""
    order = np.argsort(label, kind="stable")
    starts, ends = (np.searchsorted(label, wanted, side, sorter=order) for side in ("left", "right"))
    return [order[start:end] for start, end in zip(starts, ends, strict=True)]


def _cut(xy: np.ndarray, label: np.ndarray, diameter: float) -> np.ndarray:
    """Split the groups wider than the cap into clusters whose members all lie within it of each other."""
    if not len(xy):
        return label
    cut = label.copy()
    for rows in _rows_of(label, np.flatnonzero(_wide(xy, label, diameter))):
        # Distinct spots come out sorted, so that ties are cut alike whatever the order of the file.
        spots, spot = np.unique(xy[rows], axis=0, return_inverse=True)
        cut[rows] = cut.max() + 1 + _clusters(spots, diameter)[spot.ravel()]
    return cut


_MOST_SPOTS = 2_000  # complete linkage holds every pair of spots in memory: 16 MB


def _clusters(spots: np.ndarray, diameter: float) -> np.ndarray:
    """Cluster spots by complete linkage, tile by tile (five diameters wide) where there are too many for one go."""
    from sklearn.cluster import AgglomerativeClustering

    tile = np.zeros(len(spots), dtype=np.int64)
    if len(spots) > _MOST_SPOTS:
        tile = np.unique(spots // (5 * diameter), axis=0, return_inverse=True)[1].ravel()
    clusters = np.zeros(len(spots), dtype=np.int64)
    for rows in _rows_of(tile, np.arange(tile.max() + 1)):
        linkage = AgglomerativeClustering(None, distance_threshold=diameter, linkage="complete")
        found = linkage.fit_predict(spots[rows]) if len(rows) > 1 else np.zeros(1, dtype=np.int64)
        clusters[rows] = clusters.max() + 1 + found
    return clusters


def _first(label: np.ndarray) -> np.ndarray:
    """Give the first row of each group, by label."""
    first = np.empty(label.max(initial=-1) + 1, dtype=np.int64)
    first[label[::-1]] = np.arange(len(label))[::-1]
    return first


def _identifiers(ordered: pd.DataFrame, label: np.ndarray, declared: np.ndarray) -> pd.Series:
    """Name each group: the landlord's own identifier, or a digest of its oldest address."""
    first = _first(label)
    anchors = ordered.iloc[first]
    owners = ordered.loc[declared].groupby("id_residence")["bailleur"].nunique()
    own = declared[first] & ~anchors["id_residence"].isin(owners.index[owners > 1]).to_numpy()
    names = anchors["id_residence"].to_numpy(object, copy=True)
    names[~own] = _digests(anchors["id_adresse"][~own])
    # A file of corrections may give back the atlas's identifier to some addresses only: it belongs to them.
    taken = ~own & pd.Series(names).isin(names[own]).to_numpy()
    names[taken] = _digests(anchors["id_adresse"][taken] + "\nhors déclaration")
    return pd.Series(pd.array(names, dtype="str").take(label), index=ordered.index)


def _digests(texts: pd.Series) -> np.ndarray:
    return np.array(
        ["r-" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest() for text in texts.tolist()], dtype=object
    )


def _is_number(name: pd.Series) -> np.ndarray:
    """Tell the names that are only a number: they say nothing of a residence."""
    return name.str.fullmatch(r"[\d ]+", na=False).to_numpy(bool)


def _display_names(ordered: pd.DataFrame, label: np.ndarray, name: pd.Series) -> pd.Series:
    """Show the name most dwellings carry, or the address of the oldest entry where names say nothing."""
    telling = np.flatnonzero(name.notna().to_numpy() & ~_is_number(name))
    weight = pd.DataFrame(
        {
            "label": label[telling],
            "nom": ordered["nom_residence"].iloc[telling].str.strip().array,
            "poids": ordered["nb_logements"].to_numpy()[telling],
        }
    )
    counted = weight.groupby(["label", "nom"], as_index=False)[["poids"]].sum()
    best = counted.sort_values(["label", "poids", "nom"], ascending=[True, False, True]).drop_duplicates("label")
    entry = ordered["adresse_affichee"].iloc[_first(label)].to_numpy(object)
    shown = entry.copy()
    shown[best["label"]] = best["nom"]
    # A landlord may give one name to several residences: each then adds its first entrance.
    landlord = ordered["bailleur"].iloc[_first(label)].to_numpy(object)
    twice = pd.DataFrame({"bailleur": landlord, "nom": shown}).duplicated(keep=False).to_numpy() & (shown != entry)
    shown[twice] = shown[twice] + ", " + entry[twice]
    return pd.Series(pd.array(shown, dtype="str").take(label), index=ordered.index)


def _confidence(method: pd.Series, number: np.ndarray, located: np.ndarray, weak: np.ndarray) -> pd.Series:
    """Rate a grouping: declared or alone is sure, a telling name is strong, a number or a chain less.

    ``weak``: what was brought together without a point, or without knowing whose it is.
    """
    confidence = pd.Series(MEDIUM, method.index, pd.CategoricalDtype([HIGH, MEDIUM, LOW]))
    confidence[((method == PROGRAMME) & ~number) | ((method == ALONE) & located)] = HIGH
    confidence[weak] = LOW
    confidence[method == DECLARED] = HIGH
    return confidence
