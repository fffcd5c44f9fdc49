"""Decisions beside the residences of a build: what the convention follows each year, for who builds the atlas.

Grain in: one row per decision, and the internal edition of a build (unmasked). Grain out: boards of the whole: fragile
residences and their trend, decisions by level, leases outside priority quarters by level and rents, refusals by
residence, low-rent and accessible dwellings. A decision whose address is not told or not found is a line of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from atlas.attribution_counts import flags_of
from atlas.cell_guard import restored
from atlas.convention.results import UNTOLD
from atlas.errors import AtlasError, Fault
from atlas.methods import DEFAULT, Method, load
from atlas.publish.reception import Board
from atlas.tables.keys import positions

_NO_ADDRESS, _NOT_FOUND = "adresse non dite", "adresse absente de l'atlas"
_NONE, _SOME, _ALL = "aucun logement à bas loyer", "une partie à bas loyer", "tous les logements à bas loyer"


@dataclass(frozen=True)
class Built:
    """The tables of the internal edition, and the method shown first."""

    method: Method
    addresses: pd.DataFrame
    residences: pd.DataFrame
    history: pd.DataFrame
    stock: pd.DataFrame

    @property
    def level(self) -> str:
        """Column of the levels."""
        return self.method.name(self.method.levels.column)

    @property
    def words(self) -> list[str]:
        """The levels, in the method's order."""
        return list(self.method.levels.words)


def read_built(output: Path) -> Built:
    """Read the internal edition of a build.

    Raises
    ------
    AtlasError
        ``ATTRIBUTIONS-ATLAS`` when the folder holds none.
    """
    folder = output / "interne"
    tables = {name: folder / "tableaux" / f"{name}.csv" for name in ("adresses", "residences", "historique", "parc")}
    if not all(path.is_file() for path in (*tables.values(), folder / "manifeste.json")):
        raise AtlasError(
            [
                Fault(
                    "ATTRIBUTIONS-ATLAS",
                    f"{output.name} ne contient pas l'édition interne d'une construction.",
                    "le dossier donné à « atlas build --sortie », avec l'édition interne",
                    "reconstruire avec --edition interne, ou retirer --atlas",
                )
            ]
        )
    manifest = json.loads((folder / "manifeste.json").read_text("utf-8"))
    addresses, residences, history, stock = (_read(path) for path in tables.values())
    return Built(load(manifest.get("methodes", DEFAULT))[0], addresses, residences, history, stock)


def _read(path: Path) -> pd.DataFrame:
    texts = pd.read_csv(path, sep=";", dtype=str, encoding="utf-8-sig", keep_default_na=False)
    return texts.map(restored)


def residence_boards(rows: pd.DataFrame | None, built: Built) -> tuple[Board, ...]:
    """Lay out what decisions are beside the residences of a build, whose levels are those of its last campaign."""
    trend = Board("niveaux", "Résidences par niveau et campagne", built.method.label, _trend(built))
    stock = Board("parc", "Logements à bas loyer et accessibles", "Bas loyer : parmi les loyers connus.", _stock(built))
    if rows is None:
        return (trend, stock)
    joined = _joined(rows, built)
    after = "Niveaux de la dernière campagne de l'atlas ; parts parmi les décisions qui le disent."
    leases = "Baux signés hors QPV ; bas loyer de la résidence, tous logements aux loyers connus."
    return (
        trend,
        stock,
        Board("decisions-niveau", "Décisions par niveau de la résidence", after, _by_level(joined, built.words)),
        Board("q1-niveau-loyer", "Baux hors QPV par niveau et loyer", leases, _by_rent(joined, built.words)),
        Board("refus-residences", "Refus par résidence", "Motifs du fichier.", _refusals(joined)),
    )


def _joined(rows: pd.DataFrame, built: Built) -> pd.DataFrame:
    """Give each decision its residence, with its level and its rents."""
    place = positions(rows["id_adresse"], built.addresses["id"])
    residence = built.addresses["id_residence"].reindex(place).set_axis(rows.index)
    known = built.residences.set_index("id")
    lost = pd.Series(_NO_ADDRESS, rows.index).where(rows["id_adresse"].isna(), _NOT_FOUND)
    low, told = (pd.to_numeric(known[f"{end}_bas_loyer"], errors="coerce") for end in ("n", "d"))
    rent = pd.Series(_SOME, known.index).mask(low.eq(0), _NONE).mask(low.eq(told), _ALL).mask(~told.gt(0), UNTOLD)
    flags = flags_of(rows)
    return rows.assign(
        residence=residence.map(known["nom"]).replace("", None).fillna(residence).fillna(lost),
        id_residence=residence.fillna(""),
        niveau=residence.map(known[built.level]).fillna(lost),
        loyer=residence.map(rent).fillna(lost),
        bail=flags["baux"],
        refus=flags["decisions_refus"],
        q1=flags["baux_q1_ou_relogement"],
        q1_connu=flags["baux_quartile_connu"],
        prioritaire=flags["decisions_publics_prioritaires"],
        public_connu=flags["decisions_public_connu"],
    )


def _by_level(joined: pd.DataFrame, words: list[str]) -> pd.DataFrame:
    counts = ["bail", "refus", "q1", "q1_connu", "prioritaire", "public_connu"]
    table = joined.groupby(["annee", "niveau"], dropna=False)[counts].sum().astype(int)
    table.insert(0, "decisions", joined.groupby(["annee", "niveau"], dropna=False).size())
    titles = {
        "decisions": "Décisions",
        "bail": "Baux signés",
        "refus": "Refus",
        "q1": "Baux du 1er quartile ou en relogement",
        "q1_connu": "Baux au quartile connu",
        "prioritaire": "Décisions pour un public prioritaire",
        "public_connu": "Décisions au public connu",
    }
    return _ordered(table.reset_index(), words).rename(columns=titles)


def _by_rent(joined: pd.DataFrame, words: list[str]) -> pd.DataFrame:
    leases = joined[joined["bail"] & joined["en_qpv"].eq("non")]
    table = leases.groupby(["annee", "niveau", "loyer"], dropna=False)[["bail", "q1", "q1_connu"]].sum().astype(int)
    titles = {
        "loyer": "Loyers de la résidence",
        "bail": "Baux signés",
        "q1": "Du 1er quartile ou en relogement",
        "q1_connu": "Au quartile connu",
    }
    return _ordered(table.reset_index(), words).rename(columns=titles)


def _ordered(table: pd.DataFrame, words: list[str]) -> pd.DataFrame:
    """Put levels in the method's order, what has none last, and years as texts."""
    rank = {word: place for place, word in enumerate(words)}
    order = table["niveau"].map(rank).fillna(len(words))
    table = table.assign(_rang=order).sort_values(["annee", "_rang", "niveau"], kind="stable").drop(columns="_rang")
    years = table["annee"].map(lambda year: "" if year != year else f"{year:.0f}")
    return table.assign(annee=years).rename(columns={"annee": "Année", "niveau": "Niveau"}).reset_index(drop=True)


def _refusals(joined: pd.DataFrame) -> pd.DataFrame:
    refusals = joined[joined["refus"]]
    if not len(refusals):
        return pd.DataFrame()
    keys = {"Résidence": refusals["residence"], "Bailleur": refusals["bailleur"], "Niveau": refusals["niveau"]}
    reasons = refusals["motif_refus"].fillna(UNTOLD)
    table = refusals.groupby([*keys.values(), refusals["id_residence"], reasons], sort=True).size()
    named = table.rename_axis([*keys, "Identifiant", "Motif"]).rename("Refus").reset_index()
    whole = named.groupby(["Identifiant", "Résidence"])["Refus"].transform("sum")
    order = named.assign(_perdu=named["Identifiant"].eq(""), _tous=-whole)
    ordered = order.sort_values(["_perdu", "_tous", "Résidence", "Motif"], kind="stable", ignore_index=True)
    return ordered.drop(columns=["_perdu", "_tous"])


def _trend(built: Built) -> pd.DataFrame:
    own = built.history[built.history["unite"] == "residences"]
    sizes = own.assign(logements=pd.to_numeric(own["nb_logements"], errors="coerce"), residences=1)
    level = sizes[built.level].replace("", UNTOLD)
    table = sizes.groupby([sizes["campagne"], level])[["residences", "logements"]].sum().astype(int).reset_index()
    table = table.set_axis(["annee", "niveau", "Résidences", "Logements"], axis=1)
    table["annee"] = pd.to_numeric(table["annee"])
    return _ordered(table, built.words).rename(columns={"Année": "Campagne"})


def _stock(built: Built) -> pd.DataFrame:
    """Sum dwellings by place, accessible or not: how many, and of known rents how many are under the ceiling."""
    own = built.stock[(built.stock["unite"] == "situations") & (built.stock["caracteristique"] == "accessibilite")]
    counts = {
        "nb_logements": "Logements",
        "logements_bas_loyer": "À bas loyer",
        "logements_loyer_connu": "Au loyer connu",
    }
    rows = []
    for (place, value), part in own.groupby(["id", "modalite"], sort=True):
        summed = {title: pd.to_numeric(part[name]).sum(min_count=1) for name, title in counts.items()}
        rows.append({"Situation": place, "Accessibilité": value, **summed})
    return pd.DataFrame(rows)
