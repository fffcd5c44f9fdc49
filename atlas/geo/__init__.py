"""Where a territory is: its communes, as the official code names them; its projection; polygons that can be used."""

from atlas.geo.ceilings import OVERSEAS, ZONES, ceilings_of
from atlas.geo.communes import (
    CITY_NAMES,
    CITY_OF_DISTRICT,
    city_of,
    commune_of,
    present_commune,
    within,
)
from atlas.geo.departments import far_from_home
from atlas.geo.official import OfficialCode, official
from atlas.geo.polygons import in_use, repaired, side_by_side
from atlas.geo.projections import extent_of, legal_crs, on_the_ground, outside_extent, unfit
from atlas.geo.quartiles import first_quartiles, quartile_words

__all__ = [
    "CITY_NAMES",
    "CITY_OF_DISTRICT",
    "OVERSEAS",
    "ZONES",
    "OfficialCode",
    "ceilings_of",
    "city_of",
    "commune_of",
    "extent_of",
    "far_from_home",
    "first_quartiles",
    "in_use",
    "legal_crs",
    "official",
    "on_the_ground",
    "outside_extent",
    "present_commune",
    "quartile_words",
    "repaired",
    "side_by_side",
    "unfit",
    "within",
]
