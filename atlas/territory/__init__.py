"""The territory file: which files describe a territory, how their headers map, which local rules and methods apply."""

from atlas.territory.convention import Convention, read_convention
from atlas.territory.reading import name_of, read_territory
from atlas.territory.sections import (
    TARGETS,
    Alert,
    DatedSource,
    DecisionSource,
    FileSource,
    Identity,
    LayerSource,
    LocalRule,
    LocalTarget,
    Methods,
    Sources,
    SurveySource,
    Territory,
    ZoneSource,
    simulated,
)
from atlas.territory.words import nearest

__all__ = [
    "TARGETS",
    "Alert",
    "Convention",
    "DatedSource",
    "DecisionSource",
    "FileSource",
    "Identity",
    "LayerSource",
    "LocalRule",
    "LocalTarget",
    "Methods",
    "Sources",
    "SurveySource",
    "Territory",
    "ZoneSource",
    "name_of",
    "nearest",
    "read_convention",
    "read_territory",
    "simulated",
]
