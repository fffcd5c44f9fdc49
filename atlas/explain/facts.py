"""What is known of one residence, as plain data: every figure of every method can be computed again from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from atlas.audit import GEOPACKAGE, Shown
from atlas.audit.read_back import read_table
from atlas.errors import AtlasError, Fault
from atlas.explain.judged import plain, records, told_of
from atlas.tables import FILIATION, INDICATORS, UNITS
from atlas.tables.wider import CRITERION, PERIMETER
from atlas.tables.years import FILIATION_COLUMNS

TRACE = "parcours.parquet"
_INTERNAL = "interne"
_READ = ("campagne", "fichier", "ligne", "id_adresse", "adresse_affichee", "nb_logements", "menages")
_MATCHED = ("id_adresse", "statut_appariement", "methode_appariement", "score_appariement", "raison")
_PLACED = ("id_adresse", "code_insee", "code_iris", "code_qpv", "situation", "origine_situation")


def explained(output: Path, identifier: str) -> dict[str, Any]:
    """Gather what is known of a residence, found by its identifier or by that of one of its addresses.

    Returns
    -------
    dict
        ``residence``, ``nom``, ``bailleur``, ``campagne``; ``lignes``, ``appariement``, ``position``, ``regroupement``,
        ``filiation`` (its events, oldest first);
        what :func:`atlas.explain.judged.told_of` gives of the internal edition; ``editions``, the same of each other
        one, with the columns that it shows; ``regles``. Plain values, None where nothing is known.

    Raises
    ------
    AtlasError
        ``EXPLIQUER-SORTIE`` when the folder holds no internal edition, ``EXPLIQUER-INCONNU`` for an unknown identifier,
        ``EXPLIQUER-CAMPAGNE`` for a residence that the campaign shown first does not have.
    """
    build = _Build.at(output)
    found = build.trace[(build.trace["id_residence"] == identifier) | (build.trace["id_adresse"] == identifier)]
    if found.empty:
        raise AtlasError([_unknown(identifier, build.trace)])
    residence = found["id_residence"].iloc[0]
    rows = build.trace[build.trace["id_residence"] == residence].sort_values(["id_adresse", "campagne"])
    rows = rows.reset_index(drop=True)
    unit = build.internal.residences[build.internal.residences["id"] == residence].reset_index(drop=True)
    if unit.empty:
        raise AtlasError([_gone(residence, rows, _events(build.internal, residence))])
    once = rows.drop_duplicates("id_adresse")
    told = unit.iloc[0]
    return {
        "residence": residence,
        "nom": plain(told["nom"]),
        "bailleur": plain(told["bailleur"]),
        "campagne": int(told["campagne"]),
        "lignes": records(rows[list(_READ)]),
        "appariement": records(once[list(_MATCHED)]),
        "position": _placed(once),
        "regroupement": {
            "methode": plain(told["methode_groupe"]),
            "confiance": plain(told["confiance"]),
            "adresses": int(once["id_adresse"].nunique()),
        },
        "filiation": _events(build.internal, residence),
        **told_of(build.internal, unit),
        "editions": list(_elsewhere(output, residence)),
        "regles": build.internal.written.manifest["regles"],
    }


@dataclass(frozen=True)
class _Build:
    """A build: where each address went, and its internal edition."""

    trace: pd.DataFrame
    internal: Shown

    @classmethod
    def at(cls, output: Path) -> _Build:
        """Read it."""
        internal = output / _INTERNAL
        if not (output / TRACE).is_file() or not (internal / GEOPACKAGE).is_file():
            raise AtlasError(
                [
                    Fault(
                        "EXPLIQUER-SORTIE",
                        f"{output.name} ne contient pas l'édition interne d'une construction.",
                        "le dossier donné à « atlas build --sortie », avec l'édition interne",
                        "reconstruire avec --edition interne",
                    )
                ]
            )
        return cls(pd.read_parquet(output / TRACE), Shown.at(internal))


def _unknown(identifier: str, trace: pd.DataFrame) -> Fault:
    from rapidfuzz import process

    known = [*trace["id_residence"].unique(), *trace["id_adresse"].unique()]
    near = [name for name, _, _ in process.extract(identifier, known, limit=3)]
    return Fault(
        "EXPLIQUER-INCONNU",
        f"« {identifier} » n'est ni une résidence ni une adresse de cette construction.",
        "un identifiant de la colonne id des résidences ou des adresses",
        f"identifiants proches : {', '.join(near)}",
    )


def _events(internal: Shown, residence: str) -> list[dict[str, Any]]:
    """List what happened to a residence from one campaign to another."""
    told = read_table(internal.written.folder, FILIATION.name)
    if told is None:
        return []
    mine = told[told["id"] == residence].sort_values(["campagne", "evenement"])
    return records(mine[[column.name for column in FILIATION_COLUMNS]].reset_index(drop=True))


def _gone(residence: str, rows: pd.DataFrame, events: list[dict[str, Any]]) -> Fault:
    left = f" ({events[-1]['evenement']}, {events[-1]['preuve']})" if events else ""
    return Fault(
        "EXPLIQUER-CAMPAGNE",
        f"« {residence} » n'est pas dans la campagne montrée : sa dernière est {rows['campagne'].max()}{left}.",
        "une résidence de la dernière campagne du territoire",
        "retirer les campagnes suivantes du fichier de territoire et reconstruire pour la lire",
    )


def _placed(once: pd.DataFrame) -> list[dict[str, Any]]:
    """Say where each address is, with the units that are made of columns of it."""
    made = {
        name: keys.tolist() for name, unit in UNITS.items() if unit.made and (keys := unit.keys_of(once)) is not None
    }
    places = records(once[list(_PLACED)])
    return [{**place, **{name: plain(keys[rank]) for name, keys in made.items()}} for rank, place in enumerate(places)]


def _elsewhere(output: Path, residence: str) -> Iterator[dict[str, Any]]:
    """Read what each other edition shows of a residence."""
    for package in sorted(output.glob(f"*/{GEOPACKAGE}")):
        if package.parent.name == _INTERNAL:
            continue
        shown = Shown.at(package.parent)
        table, methods = shown.residences, shown.back.methods
        wanted = [INDICATORS[code].lb for method in methods for code in method.codes]
        wanted += [name for method in methods for name in (method.level, method.proven, method.wider) if name]
        kept = [name for name in dict.fromkeys((*wanted, PERIMETER, CRITERION)) if name in table]
        unit = table[table["id"] == residence].reset_index(drop=True)
        for row in records(unit[kept]):
            yield {"edition": package.parent.name, **row, **told_of(shown, unit)}
