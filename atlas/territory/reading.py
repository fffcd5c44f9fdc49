"""Reading and checking a territory file: every fault at once, and that the files it names exist."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from atlas.errors import AtlasError, Faults
from atlas.tables import INDICATORS, ORIGINS
from atlas.territory.sections import FileSource, Sources, Territory
from atlas.territory.words import nearest, translated

_FIRST_IRIS, _LAST_YEAR = 1999, 2100


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


def name_of(path: Path) -> str | None:
    """Give the name that a territory file writes, whatever else it holds; None where none can be read."""
    try:
        name = read_content(path)["territoire"]["nom"]
    except (AtlasError, LookupError, TypeError, OSError):
        return None
    return name if isinstance(name, str) else None


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
    _check_lists(sources, faults)
    _check_updates(territory, faults)
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


def _check_lists(sources: Sources, faults: Faults) -> None:
    """Refuse lists of quarters and vintages of districts that cannot be told apart, or whose years cannot be."""
    for name, said in (("qpv", "la liste"), ("iris", "le millésime")):
        blocks, key = getattr(sources, name), ORIGINS[name].listed
        years = [block.edition for block in blocks]
        if len(blocks) > 1 and None in years:
            faults.add(
                "TERR-LISTES",
                f"[[sources.{name}]] : un bloc ne dit pas son « {key} », alors qu'il y en a {len(blocks)}.",
                f"« {key} » dans chaque bloc, quand il y en a plusieurs",
                f"ajouter {key} = {'2015 ou 2024' if name == 'qpv' else 'l’année du fichier'} à chaque bloc",
            )
        for year in sorted({year for year in years if year is not None and years.count(year) > 1}):
            faults.add(
                "TERR-LISTES",
                f"[[sources.{name}]] : {said} de {year} est dans {years.count(year)} blocs.",
                f"un bloc pour chaque « {key} » : d'une même liste, la seule édition à suivre",
                'garder le bloc à jour, ou réunir les fichiers d’une même édition : fichiers = ["…", "…"]',
            )
        for block in blocks:
            if block.millesime is not None and name == "iris" and not _FIRST_IRIS <= block.millesime <= _LAST_YEAR:
                faults.add(
                    "TERR-LISTES",
                    f"[sources.iris] : millesime = {block.millesime} n'est pas celui d'un découpage en IRIS.",
                    f"une année depuis {_FIRST_IRIS}, celle du fichier",
                    "corriger « millesime »",
                )
            if block.date is not None and block.edition is not None and block.date.year < block.edition - 1:
                faults.add(
                    "TERR-LISTES",
                    f"[sources.{name}] : {said} de {block.edition} est datée du {block.date:%d/%m/%Y}, trop tôt.",
                    f"la date du fichier, au plus tôt l'année d'avant {said}",
                    f"corriger « date » ou « {key} »",
                )


def _check_updates(territory: Territory, faults: Faults) -> None:
    """Refuse updates that are not between two surveys, or after the last, or that are not counted by address."""
    campaigns = territory.territoire.campagnes
    for block in territory.sources.ops:
        if (day := block.actualisation) is None:
            continue
        if block.campagne is not None or block.grain != "adresse":
            said = "campagne" if block.campagne is not None else "grain"
            faults.add(
                "TERR-ACTUALISATION",
                f"[[sources.ops]] : le bloc de l'actualisation du {day:%d/%m/%Y} dit aussi {said} = "
                f"{getattr(block, said)}.",
                "une actualisation n'est d'aucune campagne, et se donne comptée par adresse",
                f"retirer « {said} » de ce bloc, ou « actualisation »",
            )
        if day.year in campaigns or day.year < campaigns[0]:
            faults.add(
                "TERR-ACTUALISATION",
                f"[[sources.ops]] : actualisation = {day.isoformat()}, "
                f"{'année d’une enquête' if day.year in campaigns else 'avant la première enquête'}.",
                f"un jour d'une année sans enquête, après {campaigns[0]} : les campagnes sont "
                f"{', '.join(map(str, campaigns))}",
                "corriger la date ; ce qui est de l'année d'une enquête en est la campagne, ou attend l'année suivante",
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
