"""Reading and checking a territory file: every fault at once, and that the files it names exist."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from atlas.errors import AtlasError, Faults
from atlas.tables import INDICATORS
from atlas.territory.sections import FileSource, Sources, Territory
from atlas.territory.words import nearest, translated


def read_territory(path: Path) -> Territory:
    """Read and check a territory file, and that the files it names exist.

    Raises
    ------
    AtlasError
        Every fault at once: unreadable file, misspelt key (with the nearest one), wrong type, missing file.
    """
    content, faults = read_content(path), Faults()
    try:
        territory = Territory.model_validate(content)
    except ValidationError as error:
        faults.found += [translated(path, entry, content) for entry in error.errors()]
        faults.raise_if_any()
    territory = _anchored(territory, path.resolve())
    _check_sources(territory, path, faults)
    _check_alerts(territory, faults)
    faults.raise_if_any()
    return territory


def read_content(path: Path) -> dict[str, Any]:
    """Read the sections of a territory file, whatever they hold.

    Raises
    ------
    AtlasError
        ``TERR-ABSENT``, ``TERR-DOSSIER``, ``TERR-ENCODAGE``, ``TERR-TOML``.
    """
    faults = Faults()
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
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
    raise AtlasError(faults.found)


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
    if not sources.ops and not sources.rpls:
        faults.add(
            "TERR-SANS-ADRESSES",
            f"{path.name} ne donne ni [sources.ops] ni [sources.rpls].",
            "au moins une table d'adresses du parc social",
            "« atlas inspect FICHIER » propose le bloc à coller",
        )
    names = [zone.nom.upper() for zone in sources.zones]
    for name in sorted({name for name in names if names.count(name) > 1 or name == "QPV"}):
        faults.add(
            "TERR-ZONES",
            f"[[sources.zones]] : le nom « {name} » est donné à plusieurs périmètres.",
            "un nom par périmètre, « QPV » étant celui de [sources.qpv]",
            'renommer le périmètre, ou réunir ses fichiers : fichiers = ["…", "…"]',
        )
    for name, source in ((name, block) for name, blocks in sources.given().items() for block in blocks):
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


def _check_alerts(territory: Territory, faults: Faults) -> None:
    """Refuse alerts on what no unit shows as a share; whether a landlord exists is known once the survey is read."""
    known = [one.code for one in INDICATORS.values() if one.alerted]
    for alert in territory.alertes:
        for code in alert.seuils:
            if code not in known:
                near = nearest(code, set(known))
                faults.add(
                    "ALERTE-INDICATEUR",
                    f"[[alertes]] de « {alert.bailleur} » : « {code} » n'est pas un indicateur que l'on suit.",
                    f"un ou plusieurs de {', '.join(known)}",
                    f"écrire « {near} » ?" if near else "corriger le nom",
                )
    names = [alert.bailleur.casefold() for alert in territory.alertes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(
            "ALERTE-DOUBLE",
            f"[[alertes]] : « {name} » a plusieurs sections.",
            "une section par bailleur",
            "réunir leurs seuils",
        )
