"""The nouns of the atlas: every table, what one row is, and every column with its unit and meaning.

Contracts, the data dictionary, the GeoPackage aliases and the pages all read this one declaration.
Counts are summed and rates computed last, as sums over sums; an empty count is "non renseigné", never zero.
"""

from atlas.tables.audiences import AUDIENCES, DEFAULT_EDITIONS, LANDLORD, OF_A_LANDLORD, Audience
from atlas.tables.indicators import ATTRIBUTED, FEW, GROUPS, INDICATORS, Indicator, Target
from atlas.tables.model import (
    NOT_APPLICABLE,
    PUBLISHED,
    SECRET,
    SITUATIONS,
    STATUSES,
    UNDETERMINED,
    UNKNOWN,
    Column,
    Table,
)
from atlas.tables.origins import ORIGINS, OTHER_COUNTS, SURVEYS, Form, Origin
from atlas.tables.raw import DEMANDES, EXPORTED, FAMILIES, MENAGES, RPLS, TABLEAUX
from atlas.tables.sources import (
    ATTRIBUTIONS,
    BAN,
    CODE_INSEE,
    IRIS,
    LOGEMENTS,
    OPS,
    QUARTIERS,
    RESIDENCES,
    SOURCES,
    ZONES,
)
from atlas.tables.units import (
    COMPOSITION_COLUMNS,
    FEATURES,
    QUARTERS_BETWEEN,
    STOCK_COLUMNS,
    STOCK_RENTS,
    UNITS,
    Made,
    Unit,
    columns_of,
    history_columns,
)

__all__ = [
    "ATTRIBUTED",
    "ATTRIBUTIONS",
    "AUDIENCES",
    "BAN",
    "CODE_INSEE",
    "COMPOSITION_COLUMNS",
    "DEFAULT_EDITIONS",
    "DEMANDES",
    "EXPORTED",
    "FAMILIES",
    "FEATURES",
    "FEW",
    "GROUPS",
    "INDICATORS",
    "IRIS",
    "LANDLORD",
    "LOGEMENTS",
    "MENAGES",
    "NOT_APPLICABLE",
    "OF_A_LANDLORD",
    "OPS",
    "ORIGINS",
    "OTHER_COUNTS",
    "PUBLISHED",
    "QUARTERS_BETWEEN",
    "QUARTIERS",
    "RESIDENCES",
    "RPLS",
    "SECRET",
    "SITUATIONS",
    "SOURCES",
    "STATUSES",
    "STOCK_COLUMNS",
    "STOCK_RENTS",
    "SURVEYS",
    "TABLEAUX",
    "UNDETERMINED",
    "UNITS",
    "UNKNOWN",
    "ZONES",
    "Audience",
    "Column",
    "Form",
    "Indicator",
    "Made",
    "Origin",
    "Table",
    "Target",
    "Unit",
    "columns_of",
    "history_columns",
]
