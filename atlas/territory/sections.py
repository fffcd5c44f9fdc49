"""The sections of a territory file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    create_model,
    field_validator,
)

from atlas.tables import ORIGINS

_Day = date  # a field of that name hides the type
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _listed(line: object) -> object:
    return [line] if isinstance(line, int) and not isinstance(line, bool) else line


class _Section(BaseModel):
    """A section of the file: unknown keys are refused, so that a misspelt one is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def simulated(fictional: bool, said: str | None, inputs: Sequence[str] = ()) -> tuple[str, ...]:
    """Say what every page must say of inputs that nobody lived; ``inputs``: those that their files call simulated.

    >>> simulated(True, None, ["enquête"])[1]
    'Données simulées, sans valeur statistique : enquête.'
    """
    told = [f"Données simulées : {said}"] if said else []
    if inputs and not said:
        told = [f"Données simulées, sans valeur statistique : {', '.join(inputs)}."]
    return (*(["Données fictives : ce territoire n'existe pas."] if fictional else []), *told)


class Identity(_Section):
    """``[territoire]``: name, campaigns shown (the last one first), and what cannot be deduced."""

    nom: Words
    campagnes: tuple[int, ...] = Field(min_length=1)
    crs: str | None = None
    communes: tuple[str, ...] = ()
    epci: str | None = None
    fictif: bool = False
    simule: str | None = None
    publie_le: date | None = None

    @field_validator("campagnes")
    @classmethod
    def _campaigns_are_even_years(cls, years: tuple[int, ...]) -> tuple[int, ...]:
        wrong = [year for year in years if year % 2 or not 2000 <= year <= 2100]
        if wrong:
            raise ValueError(f"l'enquête OPS a lieu au 1er janvier des années paires ; reçu {wrong}")
        if list(years) != sorted(set(years)):
            raise ValueError(
                f"les campagnes vont de la plus ancienne à la plus récente, sans doublon ; reçu {list(years)}"
            )
        return years


class FileSource(_Section):
    """One or several files of the same shape; ``colonnes`` maps a canonical name to the header found in the file.

    ``feuille`` names the sheet of a workbook, ``entete`` the line or lines of the headers when they are elsewhere.
    """

    fichiers: tuple[Path, ...] = ()
    fichier: Path | None = None
    colonnes: dict[str, str] = {}
    feuille: str | None = None
    entete: Annotated[tuple[int, ...], BeforeValidator(_listed)] = ()
    encodage: str | None = None

    @field_validator("entete")
    @classmethod
    def _header_lines_follow(cls, lines: tuple[int, ...]) -> tuple[int, ...]:
        if any(line < 1 for line in lines) or list(lines) != sorted(set(lines)):
            raise ValueError(f"les lignes d'en-tête se comptent à partir de 1, dans l'ordre ; reçu {list(lines)}")
        return lines

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file of the source, in the order written."""
        return ((self.fichier,) if self.fichier else ()) + self.fichiers

    @property
    def years(self) -> dict[str, int]:
        """Column that the block gives a year to, for every row of its files: their exports hold one year only."""
        return {}


class SurveySource(FileSource):
    """``[sources.ops]``: addresses, or households counted to them; ``actualisation``: day of what came in between."""

    grain: Literal["adresse", "menage"] = "adresse"
    campagne: int | None = None
    actualisation: date | None = None

    @property
    def years(self) -> dict[str, int]:
        """The campaign of every row, or the year of the update, where the block says it."""
        year = self.campagne if self.actualisation is None else self.actualisation.year
        return {} if year is None else {"campagne": year}


class DecisionSource(FileSource):
    """``[sources.attributions]``: one row per decision, or tables already counted (``grain = "tableau"``).

    ``annee`` is the year of every row of files that do not say it, ``bailleur`` whose they are. ``libelles`` gives, by
    canonical column, the wordings of the files and the value of each.
    """

    grain: Literal["decision", "tableau"] = "decision"
    annee: int | None = None
    bailleur: Words | None = None
    libelles: dict[str, dict[str, str]] = {}

    @property
    def years(self) -> dict[str, int]:
        """The year of every row, where the block says it."""
        return {} if self.annee is None else {"annee": self.annee}


class DatedSource(FileSource):
    """A table that holds for a year only, such as the RPLS open file (state at 1 January of ``millesime``)."""

    millesime: int | None = None


class LayerSource(FileSource):
    """Polygons: ``couche`` names the layer of a file that holds several, ``crs`` overrides a missing or wrong one.

    ``generation`` is the list of quarters, ``millesime`` the vintage of districts; ``date`` the day of the file itself:
    one list may have been published in several editions.
    """

    couche: str | None = None
    crs: str | None = None
    millesime: int | None = None
    generation: Literal[2015, 2024] | None = None
    date: _Day | None = None

    @property
    def edition(self) -> int | None:
        """The year that names the list or the vintage."""
        return self.generation or self.millesime


class ZoneSource(LayerSource):
    """``[[sources.zones]]``: any other perimeter, by name; the one named QVA counts as "veille active"."""

    nom: Words


class Declared(_Section):
    """``[sources]``: what is given; everything but one address table (OPS or RPLS) is optional.

    Files of one table that differ in their headers, their sheet, their grain or their year are as many blocks:
    ``[[sources.ops]]``; ``[sources.ops]`` is one block. So are lists of quarters and vintages of districts, kept from
    the oldest to the one in use.
    """

    ops: tuple[SurveySource, ...] = ()
    rpls: tuple[DatedSource, ...] = ()
    logements: tuple[FileSource, ...] = ()
    adresses: tuple[FileSource, ...] = ()
    iris: tuple[LayerSource, ...] = ()
    qpv: tuple[LayerSource, ...] = ()
    zones: tuple[ZoneSource, ...] = ()
    residences: LayerSource | None = None
    filiation: LayerSource | None = None
    attributions: tuple[DecisionSource, ...] = ()
    demandes: tuple[FileSource, ...] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _one_section_is_one_block(cls, written: Any, info: ValidationInfo) -> Any:
        one = isinstance(written, dict) and ORIGINS[str(info.field_name)].in_blocks
        return (written,) if one else written

    @field_validator("iris", "qpv")
    @classmethod
    def _the_list_in_use_comes_last(cls, blocks: tuple[LayerSource, ...]) -> tuple[LayerSource, ...]:
        return tuple(sorted(blocks, key=lambda block: block.edition or 0))

    def given(self) -> dict[str, tuple[FileSource, ...]]:
        """The blocks of every source of the file by its name in messages; zones are named ``zones <nom>``."""
        named = {name: getattr(self, name) for name in type(self).model_fields if name != "zones"}
        blocks = {name: held if isinstance(held, tuple) else (held,) for name, held in named.items() if held}
        return {**blocks, **{f"zones {zone.nom}": (zone,) for zone in self.zones}}

    def files(self) -> dict[str, tuple[Path, ...]]:
        """The files of every source, in the order written."""
        return {name: tuple(path for block in blocks for path in block.paths) for name, blocks in self.given().items()}


if TYPE_CHECKING:
    Sources = Declared
else:  # and a section for each source that is declared since, as files of any shape
    _FURTHER = {name: (tuple[FileSource, ...], ()) for name in ORIGINS if name not in Declared.model_fields}
    Sources = create_model("Sources", __base__=Declared, __doc__=Declared.__doc__, **_FURTHER)


def _number_or_words(value: Any, handler: ValidatorFunctionWrapHandler) -> float | tuple[float, ...] | tuple[str, ...]:
    """Take a list as numbers or words in order, anything else as a number: one fault, and not one for each."""
    if not isinstance(value, list):
        return handler(value)
    numbers = value and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in value)
    return tuple(map(handler, value)) if numbers else tuple(map(str, value))


class LocalRule(_Section):
    """``[regles.<cle>]``: a value of the territory's own, with its unit and source: a number, or a list in order."""

    valeur: Annotated[float, Field(allow_inf_nan=False), WrapValidator(_number_or_words)]
    unite: Words
    source: Words


# The rule of each legal test, which a territory may replace.
TARGETS = {
    "q1_hors_qpv": "cible_q1_hors_qpv",
    "q2_q4_qpv": "cible_q2_q4_qpv",
    "prioritaires": "cible_publics_prioritaires",
}


class LocalTarget(_Section):
    """``[[cibles]]``: the value that a convention gives a legal test, for some landlords and years or for all."""

    test: Literal["q1_hors_qpv", "q2_q4_qpv", "prioritaires"]
    valeur: Decimal
    source: Words
    bailleur: Words | None = None
    reservataire: Words | None = None
    annees: Annotated[tuple[int, ...], BeforeValidator(_listed)] = ()

    def everywhere(self, year: int) -> bool:
        """Whether it is that of all landlords and holders in a year."""
        return self.bailleur is None and self.reservataire is None and (not self.annees or year in self.annees)

    @field_validator("valeur")
    @classmethod
    def _a_target_is_a_share(cls, value: Decimal) -> Decimal:
        if not value.is_finite() or not 0 <= value <= 100:
            raise ValueError(f"une cible est entre 0 et 100 % ; reçu {value}")
        return value


class Methods(_Section):
    """``[methodes]``: the fragility methods applied, in order."""

    actives: tuple[str, ...] = ("seuils",)


class Alert(_Section):
    """``[[alertes]]``: by indicator, the rate (%) that alerts a landlord; ``partage``: whether others see it."""

    bailleur: Words
    partage: bool = False
    seuils: dict[str, Annotated[float, Field(ge=0, le=100)]] = Field(min_length=1)


class Territory(_Section):
    """A whole territory file; every path is absolute once read."""

    territoire: Identity
    sources: Sources
    regles: dict[str, LocalRule] = {}
    methodes: Methods = Methods()
    cibles: tuple[LocalTarget, ...] = ()
    groupes_bailleurs: dict[Words, tuple[Words, ...]] = {}
    alertes: tuple[Alert, ...] = ()
    chemin: Path = Path()

    @property
    def campaign(self) -> int:
        """The campaign shown first: the latest."""
        return self.territoire.campagnes[-1]

    def published_on(self, today: date | None = None) -> date:
        """The publication day: the file's own, otherwise today."""
        return self.territoire.publie_le or today or date.today()
