"""What a layer, a class, a group, a caveat, a status and a table view are, as their TOML files write them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

KINDS = ("points", "surfaces", "contours")
DIRECTIONS = ("haut", "bas", "neutre")
THRESHOLD = "seuil"

Colour = Annotated[str, Field(pattern=r"#[0-9a-f]{6}$")]
Dashes = Annotated[str, Field(pattern=r"^(\d+( \d+)*)?$")]
Shape = Literal["circle", "hexagon", "square", "diamond", "triangle", "cross"]
Hatch = Literal["", "diagonale", "points"]
Text = Annotated[str, Field(min_length=1)]


class Declared(Protocol):
    """What the catalogue reads of a declared column."""

    @property
    def label(self) -> str:
        """French label."""

    @property
    def group(self) -> str:
        """The title under which an indicator is listed, empty otherwise."""

    @property
    def values(self) -> Collection[str]:
        """The closed list of a category, empty otherwise."""


class _Entry(BaseModel):
    """An entry of a file, written with French keys; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Range(_Entry):
    """``{de = 20, a = 60}``: from ``de`` (included) to ``a`` (excluded); either end may be open."""

    start: float | None = Field(None, alias="de")
    end: float | None = Field(None, alias="a")

    @model_validator(mode="after")
    def _ends_in_order(self) -> Range:
        if self.start is None and self.end is None:
            raise ValueError("un intervalle a au moins une borne, « de » ou « a »")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"l'intervalle va de {self.start:g} à {self.end:g}")
        return self

    def holds(self, value: float) -> bool:
        """Tell whether a value is inside."""
        return (self.start is None or value >= self.start) and (self.end is None or value < self.end)


class _Symbol(_Entry):
    """How an entry looks; sizes are radii in pixels, widths in pixels, ``tirets`` lengths in pixels."""

    key: Text = Field(alias="cle")
    label: Text = Field(alias="libelle")
    colour: Colour | None = Field(None, alias="couleur")
    stroke: Colour = Field("#2b3744", alias="contour")
    shape: Shape = Field("circle", alias="forme")
    size: float = Field(5, alias="taille", gt=0, le=20)
    hatch: Hatch = Field("", alias="trame")
    dash: Dashes = Field("", alias="tirets")
    width: float = Field(1, alias="epaisseur", gt=0, le=10)


class Status(_Symbol):
    """What stands in the place of a figure, and why."""

    explanation: Text = Field(alias="explication")


class LayerClass(_Symbol):
    """One class: rows that satisfy every condition of ``quand``, or those that no other class takes."""

    when: dict[str, tuple[str, ...] | Range] = Field(default_factory=dict, alias="quand")
    otherwise: bool = Field(False, alias="autrement")

    @model_validator(mode="after")
    def _one_condition(self) -> LayerClass:
        if self.otherwise == bool(self.when):
            raise ValueError("une classe a soit « quand », soit « autrement = true »")
        return self


class Layer(_Entry):
    """One published layer: what is drawn, how, and what its legend says."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title: Text = Field(alias="titre")
    group: str = Field(alias="groupe")
    family: str = Field("", alias="famille")
    table: str
    kind: Literal["points", "surfaces", "contours"] = Field(alias="genre")
    column: str = Field(alias="colonne")
    order: int = Field(alias="ordre")
    visible: bool = False
    direction: Literal["haut", "bas", "neutre"] = Field(alias="sens")
    reading: Text = Field(alias="lecture")
    unit: Text = Field(alias="unite")
    palette: Literal["fragilite"] = "fragilite"
    breaks: tuple[float | Literal["seuil"], ...] = Field((), alias="bornes")
    threshold: str = Field("", alias="seuil")
    classes: tuple[LayerClass, ...] = ()
    undetermined: str = Field("", alias="indetermine")
    criteria: tuple[str, ...] = Field((), alias="criteres")
    rules: tuple[str, ...] = Field((), alias="regles")
    local_rules: tuple[str, ...] = Field((), alias="regles_locales")
    caveats: tuple[str, ...] = Field((), alias="mentions")
    tooltip: tuple[str, ...] = Field((), alias="infobulle")
    label_column: str = Field("", alias="etiquette")
    published: str = ""
    statuses: tuple[Status, ...] = ()

    @property
    def indicator(self) -> str:
        """Code of the indicator drawn, empty when the layer draws something else."""
        return self.column.removeprefix("tx_") if self.column.startswith("tx_") else ""

    @property
    def cited(self) -> tuple[str, ...]:
        """Keys of every rule that the legend cites."""
        return tuple(dict.fromkeys((*([self.threshold] if self.threshold else []), *self.rules, *self.local_rules)))


class Group(_Entry):
    """Where layers are chosen: one at a time, or several."""

    key: Text = Field(alias="cle")
    title: Text = Field(alias="titre")
    choice: Literal["unique", "multiple"] = Field(alias="choix")
    optional: bool = Field(alias="facultatif")
    none: str = Field("", alias="sans")


class Caveat(_Entry):
    """A named reservation, written once and reused wherever it holds."""

    key: Text = Field(alias="cle")
    title: Text = Field(alias="titre")
    text: Text = Field(alias="texte")


class TableView(_Entry):
    """The table that is equivalent to the map of a kind of unit. A bare indicator code stands for its label column."""

    table: str
    title: Text = Field(alias="titre")
    columns: tuple[str, ...] = Field(alias="colonnes")
    filters: tuple[str, ...] = Field((), alias="filtres")
    search: tuple[str, ...] = Field((), alias="recherche")


@dataclass(frozen=True)
class Catalogue:
    """Every layer in the order of its menus, and what layers share."""

    layers: tuple[Layer, ...]
    groups: tuple[Group, ...]
    caveats: Mapping[str, Caveat]
    statuses: tuple[Status, ...]
    published: str
    tables: Mapping[str, TableView]

    def drawing(self, column: str, table: str = "residences") -> Layer | None:
        """Find the layer that draws a column of a table."""
        return next((layer for layer in self.layers if (layer.table, layer.column) == (table, column)), None)

    def layer(self, identifier: str) -> Layer:
        """Find a layer by its identifier."""
        return next(layer for layer in self.layers if layer.id == identifier)
