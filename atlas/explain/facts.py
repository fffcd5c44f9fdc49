"""What is known of one residence, as plain data: every figure of every method can be computed again from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from atlas.errors import AtlasError, Fault
from atlas.methods import DEFAULT, Method, contributions_of, load
from atlas.tables import INDICATORS, UNITS
from atlas.tables.wider import CRITERION, PERIMETER

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
        ``residence``, ``nom``, ``bailleur``, ``campagne``; ``lignes``, ``appariement``, ``position``, ``regroupement``;
        ``tailles``; ``indicateurs`` by code (counts, rate in %, status, label); ``methodes``, each with its columns and
        the contribution of each indicator; ``editions``, what each other one shows; ``regles``. Plain values, None
        where nothing is known.

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
    unit = build.residences[build.residences["id"] == residence].reset_index(drop=True)
    if unit.empty:
        raise AtlasError([_gone(residence, rows)])
    once = rows.drop_duplicates("id_adresse")
    told = unit.iloc[0]
    return {
        "residence": residence,
        "nom": _plain(told["nom"]),
        "bailleur": _plain(told["bailleur"]),
        "campagne": int(told["campagne"]),
        "lignes": _records(rows[list(_READ)]),
        "appariement": _records(once[list(_MATCHED)]),
        "position": _placed(once),
        "regroupement": {
            "methode": _plain(told["methode_groupe"]),
            "confiance": _plain(told["confiance"]),
            "adresses": int(once["id_adresse"].nunique()),
        },
        "tailles": {name: _plain(told[name]) for name in ("nb_logements", "nb_adresses", "menages", "nb_bas_loyer")},
        "indicateurs": {code: _figure(told, code) for code in INDICATORS},
        "methodes": [_judged(build, method, unit) for method in build.methods],
        "editions": list(_elsewhere(output, residence, build.methods)),
        "regles": build.manifest["regles"],
    }


@dataclass(frozen=True)
class _Build:
    """A build as its internal edition tells it."""

    trace: pd.DataFrame
    residences: pd.DataFrame
    territory: pd.DataFrame
    manifest: dict[str, Any]

    @classmethod
    def at(cls, output: Path) -> _Build:
        """Read it."""
        import pyogrio

        internal = output / _INTERNAL
        package = internal / "atlas.gpkg"
        if not (output / TRACE).is_file() or not package.is_file():
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
        residences, territory = (
            pyogrio.read_dataframe(package, layer=layer, read_geometry=False) for layer in ("residences", "territoire")
        )
        manifest = json.loads((internal / "manifeste.json").read_text("utf-8"))
        return cls(pd.read_parquet(output / TRACE), residences, territory, manifest)

    @property
    def rules(self) -> dict[str, Any]:
        """Value of each rule in force, by key, and what methods applied besides."""
        return {
            **{rule["cle"]: rule["valeur"] for rule in self.manifest["regles"]},
            **self.manifest.get("reglages", {}),
        }

    @cached_property
    def methods(self) -> tuple[Method, ...]:
        """The methods that judged it; manifests did not always name them."""
        return load(self.manifest.get("methodes", DEFAULT))


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


def _gone(residence: str, rows: pd.DataFrame) -> Fault:
    return Fault(
        "EXPLIQUER-CAMPAGNE",
        f"« {residence} » n'est pas dans la campagne montrée : sa dernière est {rows['campagne'].max()}.",
        "une résidence de la dernière campagne du territoire",
        "retirer les campagnes suivantes du fichier de territoire et reconstruire pour la lire",
    )


def _placed(once: pd.DataFrame) -> list[dict[str, Any]]:
    """Say where each address is, with the units that are made of columns of it."""
    made = {
        name: keys.tolist() for name, unit in UNITS.items() if unit.made and (keys := unit.keys_of(once)) is not None
    }
    places = _records(once[list(_PLACED)])
    return [{**place, **{name: _plain(keys[rank]) for name, keys in made.items()}} for rank, place in enumerate(places)]


def _figure(unit: pd.Series, code: str) -> dict[str, Any]:
    indicator = INDICATORS[code]
    return {
        "libelle": indicator.label,
        "unite": indicator.unit,
        "numerateur": _plain(unit[indicator.n]),
        "denominateur": _plain(unit[indicator.d]),
        "taux": _plain(unit[indicator.tx]),
        "statut": unit[indicator.st],
        "affiche": unit[indicator.lb],
    }


def _judged(build: _Build, method: Method, unit: pd.DataFrame) -> dict[str, Any]:
    """Give what a method makes of a residence: its columns, and what each indicator brings."""
    rows = build.territory.iloc[[0] * len(unit)].set_axis(unit.index)
    rules = {one.code: one.rule for one in method.criteria}
    columns = [column.name for column in method.columns("residences", counts=True) if column.name in unit]
    return {
        "code": method.code,
        "libelle": method.label,
        "lecture": method.reading,
        "source": method.source,
        "compare_au_territoire": method.relative(build.rules),
        "niveau": _plain(unit[method.level].iloc[0]),
        "colonnes": {name: _plain(unit[name].iloc[0]) for name in columns},
        "contributions": [
            {
                "indicateur": one.code,
                "seuils": [_plain(value) for value in one.thresholds.iloc[0]],
                "regle": rules.get(one.code),
                "points": [int(one.least.iloc[0]), int(one.most.iloc[0])],
                "marge": _plain(unit[margin].iloc[0]) if (margin := method.margin(one.code)) in unit else None,
            }
            for one in contributions_of(method, unit, build.rules, rows)
        ],
    }


def _elsewhere(output: Path, residence: str, methods: Sequence[Method]) -> Iterator[dict[str, Any]]:
    """Read what each other edition shows of a residence."""
    import pyogrio

    for package in sorted(output.glob("*/atlas.gpkg")):
        if package.parent.name == _INTERNAL:
            continue
        table = pyogrio.read_dataframe(package, layer="residences", read_geometry=False)
        wanted = [INDICATORS[code].lb for method in methods for code in method.codes]
        wanted += [name for method in methods for name in (method.level, method.proven, method.wider) if name]
        kept = [name for name in dict.fromkeys((*wanted, PERIMETER, CRITERION)) if name in table]
        for row in _records(table.loc[table["id"] == residence, kept]):
            yield {"edition": package.parent.name, **row}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    """Write a value as JSON has it: whole numbers without a point, None where there is none."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, str):
        return value
    return int(value) if float(value).is_integer() else round(float(value), 9)
