"""The territory file: which files describe a territory, how their headers map, which local rules and methods apply."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from atlas.errors import Fault, Faults


class _Section(BaseModel):
    """A section of the file: unknown keys are refused, so that a misspelt one is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(_Section):
    """``[territoire]``: name, campaigns shown (the last one first), and what cannot be deduced."""

    nom: str = Field(min_length=1)
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
    """One or several files of the same shape; ``colonnes`` maps a canonical name to the header found in the file."""

    fichiers: tuple[Path, ...] = ()
    fichier: Path | None = None
    colonnes: dict[str, str] = {}
    feuille: str | None = None
    encodage: str | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file of the source, in the order written."""
        return ((self.fichier,) if self.fichier else ()) + self.fichiers


class SurveySource(FileSource):
    """``[sources.ops]``: one row per address, or one row per household counted to addresses on reading."""

    grain: Literal["adresse", "menage"] = "adresse"


class DatedSource(FileSource):
    """A table that holds for a year only, such as the RPLS open file (state at 1 January of ``millesime``)."""

    millesime: int | None = None


class LayerSource(FileSource):
    """Polygons: ``couche`` names the layer of a file that holds several, ``crs`` overrides a missing or wrong one."""

    couche: str | None = None
    crs: str | None = None
    millesime: int | None = None
    generation: Literal[2015, 2024] | None = None


class ZoneSource(LayerSource):
    """``[[sources.zones]]``: any other perimeter, by name; the one named QVA counts as "veille active"."""

    nom: str = Field(min_length=1)


class Sources(_Section):
    """``[sources]``: what is given; everything but one address table (OPS or RPLS) is optional."""

    ops: SurveySource | None = None
    rpls: DatedSource | None = None
    logements: FileSource | None = None
    adresses: FileSource | None = None
    iris: LayerSource | None = None
    qpv: LayerSource | None = None
    zones: tuple[ZoneSource, ...] = ()
    residences: LayerSource | None = None
    attributions: FileSource | None = None

    def given(self) -> dict[str, FileSource]:
        """Every source of the file by its name in messages; zones are named ``zones <nom>``."""
        named = {name: getattr(self, name) for name in type(self).model_fields if name != "zones"}
        zones = {f"zones {zone.nom}": zone for zone in self.zones}
        return {name: source for name, source in {**named, **zones}.items() if source is not None}


class LocalRule(_Section):
    """``[regles.<cle>]``: a value of the territory's own, with its unit and source."""

    valeur: float
    unite: str = Field(min_length=1)
    source: str = Field(min_length=1)


class Methods(_Section):
    """``[methodes]``: the fragility methods applied, in order."""

    actives: tuple[str, ...] = ("seuils",)


class Territory(_Section):
    """A whole territory file; every path is absolute once read."""

    territoire: Identity
    sources: Sources
    regles: dict[str, LocalRule] = {}
    methodes: Methods = Methods()
    chemin: Path = Path()

    @property
    def campaign(self) -> int:
        """The campaign shown first: the latest."""
        return self.territoire.campagnes[-1]

    def published_on(self, today: date | None = None) -> date:
        """The publication day: the file's own, otherwise today."""
        return self.territoire.publie_le or today or date.today()


def read_territory(path: Path) -> Territory:
    """Read and check a territory file, and that the files it names exist.

    Raises
    ------
    AtlasError
        Every fault at once: unreadable file, misspelt key (with the nearest one), wrong type, missing file.
    """
    faults = Faults()
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        faults.add("TERR-ABSENT", f"{path} n'existe pas.", "un fichier de territoire TOML", "vérifier le chemin")
    except IsADirectoryError:
        faults.add(
            "TERR-DOSSIER", f"{path} est un dossier.", "un fichier de territoire TOML", "donner le fichier .toml"
        )
    except UnicodeDecodeError:
        faults.add(
            "TERR-ENCODAGE", f"{path.name} n'est pas en UTF-8.", "un fichier TOML en UTF-8", "réenregistrer en UTF-8"
        )
    except tomllib.TOMLDecodeError as error:
        faults.add(
            "TERR-TOML",
            f"{path.name} n'est pas un TOML lisible : {error}.",
            "un TOML sans clé en double",
            "corriger la ligne",
        )
    faults.raise_if_any()
    try:
        territory = Territory.model_validate(content)
    except ValidationError as error:
        faults.found += [_translated(path, entry) for entry in error.errors()]
        faults.raise_if_any()
    territory = _anchored(territory, path.resolve())
    _check_sources(territory, path, faults)
    faults.raise_if_any()
    return territory


def _anchored(territory: Territory, path: Path) -> Territory:
    """Resolve every file against the folder of the territory file."""

    def resolve(source: Any) -> Any:
        if isinstance(source, FileSource):
            return source.model_copy(
                update={
                    "fichier": path.parent / source.fichier if source.fichier else None,
                    "fichiers": tuple(path.parent / name for name in source.fichiers),
                }
            )
        return tuple(map(resolve, source)) if isinstance(source, tuple) else source

    sources = territory.sources
    anchored = sources.model_copy(update={name: resolve(getattr(sources, name)) for name in Sources.model_fields})
    return territory.model_copy(update={"sources": anchored, "chemin": path})


def _check_sources(territory: Territory, path: Path, faults: Faults) -> None:
    sources = territory.sources
    if sources.ops is None and sources.rpls is None:
        faults.add(
            "TERR-SANS-ADRESSES",
            f"{path.name} ne donne ni [sources.ops] ni [sources.rpls].",
            "au moins une table d'adresses du parc social",
            "« atlas inspect FICHIER » propose le bloc à coller",
        )
    for name, source in sources.given().items():
        if not source.paths:
            faults.add(
                "TERR-SANS-FICHIER",
                f"[sources.{name}] ne nomme aucun fichier.",
                'fichier = "…" ou fichiers = ["…"]',
                "compléter",
            )
        for file in source.paths:
            if not file.is_file():
                faults.add(
                    "TERR-FICHIER",
                    f"[sources.{name}] : {file.name} est introuvable dans {file.parent.name or file.parent}.",
                    "un fichier existant, chemin relatif au fichier de territoire",
                    "corriger le chemin",
                )


_WORDS = {
    "missing": ("manque", "une valeur", "compléter la section"),
    "string_type": ("n'est pas un texte", "un texte entre guillemets", "ajouter les guillemets"),
    "int_parsing": ("n'est pas un entier", "un nombre entier", "corriger la valeur"),
    "int_type": ("n'est pas un entier", "un nombre entier", "corriger la valeur"),
    "float_parsing": ("n'est pas un nombre", "un nombre, avec un point décimal", "corriger la valeur"),
    "float_type": ("n'est pas un nombre", "un nombre, avec un point décimal", "corriger la valeur"),
    "bool_parsing": ("n'est pas vrai ou faux", "true ou false", "corriger la valeur"),
    "bool_type": ("n'est pas vrai ou faux", "true ou false", "corriger la valeur"),
    "tuple_type": ("n'est pas une liste", "une liste entre crochets", "ajouter les crochets"),
    "dict_type": ("n'est pas une section", "une section", "corriger la mise en forme"),
    "model_type": ("n'est pas une section", "une section [ … ]", "corriger la mise en forme"),
    "too_short": ("est vide", "au moins un élément", "compléter la liste"),
    "string_too_short": ("est vide", "un texte", "compléter"),
    "path_type": ("n'est pas un chemin", "un chemin entre guillemets", "corriger la valeur"),
}


def _translated(path: Path, entry: Any) -> Fault:
    """Say in French what pydantic found, with the nearest key for a misspelt one."""
    where = ".".join(str(step) for step in entry["loc"])
    kind = entry["type"]
    if kind == "extra_forbidden":
        known = _known_keys(entry["loc"][:-1])
        near = _nearest(str(entry["loc"][-1]), known)
        return Fault(
            "TERR-CLE",
            f"{path.name} : clé inconnue « {where} ».",
            f"une des clés {', '.join(sorted(known))}",
            f"écrire « {near} » ?" if near else "supprimer la clé ou corriger son orthographe",
        )
    if kind == "literal_error":
        return Fault(
            "TERR-VALEUR",
            f"{path.name} : « {where} » vaut {entry['input']!r}.",
            f"une des valeurs {entry['ctx']['expected'].replace(' or ', ' ou ')}",
            "corriger la valeur",
        )
    if kind == "value_error":
        return Fault(
            "TERR-VALEUR",
            f"{path.name} : « {where} » : {entry['ctx']['error']}.",
            "voir ci-dessus",
            "corriger la valeur",
        )
    said, expected, remedy = _WORDS.get(kind, ("n'est pas valable", "une valeur du type attendu", "corriger la valeur"))
    return Fault("TERR-TYPE", f"{path.name} : « {where} » {said}.", expected, remedy)


def _known_keys(location: tuple[int | str, ...]) -> set[str]:
    """Keys allowed at a place of the file, by walking the models."""
    model: Any = Territory
    for step in location:
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step) if isinstance(model, type) and issubclass(model, BaseModel) else None
        annotation = field.annotation if field else LocalRule
        nested = [part for part in (annotation, *getattr(annotation, "__args__", ())) if isinstance(part, type)]
        model = next((part for part in nested if issubclass(part, BaseModel)), LocalRule)
    return set(model.model_fields) - {"chemin"}


def _nearest(word: str, known: set[str]) -> str | None:
    from rapidfuzz import process

    found = process.extractOne(word, sorted(known), score_cutoff=60)
    return found[0] if found else None
