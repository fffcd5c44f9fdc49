"""What happens to residences between 2018 and 2026, planted on purpose with its known answer.

The surveys of 2020 and 2022 stay as they are: what happened before 2020 is written in the survey of 2018, what happened
after 2022 in those of 2024 and 2026. Each event is noted as it is planted; the atlas is never asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from draws import shuffled, stream
from names import LANDLORDS
from scipy.spatial.distance import cdist, pdist
from streets import plain
from wording import COARSE, QUARTER_NAMES, write_address
from years import ALL_YEARS

NAMES = {landlord.prefix: landlord.name for landlord in LANDLORDS}
RANKS = {landlord.prefix: rank for rank, landlord in enumerate(LANDLORDS)}
GIVEN = (
    "LE PRE AUX GRIVES",
    "LES GRANDES AULNES",
    "LE CLOS MONTESSON",
    "LES FORGES BASSES",
    "LA VIGNE AU ROY",
    "LE BOIS GENTIL",
    "LES ESPALIERS",
    "LA PLAINE AUX OIES",
    "LE VIEUX LAVOIR",
    "LES TROIS TERTRES",
    "LA SENTE VERTE",
    "LE PUITS D'ARGENT",
    "LES HAUTS DE SORBIERE",
    "LA HALTE AUX MOINES",
    "LE CHAMP DU COQ",
    "LES PORTES BLANCHES",
    "LA TOUR DU GUET",
    "LE QUAI DES MARINIERS",
    "LES CLOSEAUX",
    "LA MARE AUX CANES",
    "LE PARC D'HORTENSE",
    "LES COTEAUX D'YVEL",
    "LA GRANGE AUX BELLES",
    "LE MOULIN DE LERNE",
    "LES RUELLES",
    "LA CROIX DES PAVEURS",
    "LE GUE DE PIERRE",
    "LES VERGERS D'ORLE",
)
_FILED = {
    "bailleur": "bailleur",
    "id_adresse": "id_adresse",
    "programme": "nom_residence",
    "adresse": "adresse",
    "x_donne": "x",
    "y_donne": "y",
    "id_ban_donne": "id_ban",
}


class Story:
    """Holds what each landlord files of each address in each survey, while events are planted in it.

    ``addresses``: every address that ever stood; ``filed``: by year, one row per address; ``events``: the answer.
    """

    def __init__(self, addresses: pd.DataFrame, taken: set[str]) -> None:
        self.rng = stream("story")
        self.addresses: Any = addresses.reset_index(drop=True)

        self.used = set(taken)
        self.names = iter(GIVEN)
        self.numbers = iter(range(7001, 8000))
        self.events: list[dict[str, Any]] = []
        self.quiet: dict[str, Any] = {}
        self.built: dict[str, int] = {}  # year of construction, by residence
        self.filed: dict[int, Any] = {}
        self.groups = self.addresses.groupby("id_residence").groups
        self.known = self._known()
        for year in ALL_YEARS:
            told = self.addresses[list(_FILED)].rename(columns=_FILED).assign(id_residence="", present=True)
            if year <= 2020:
                told["adresse"] = self.addresses["adresse_2020"]
            fate, first, last = (self.addresses[name] for name in ("fate", "first", "last"))
            told["present"] = ~(fate.eq("créée") & (year < 2022)) & ~(fate.eq("démolie") & (year > 2020))
            told["present"] &= first.le(year) & last.ge(year)
            self.filed[year] = told

    def _known(self) -> pd.DataFrame:
        """Say of each residence whether it is simple enough for something to happen to it."""
        held = self.addresses.assign(placed=self.addresses["x_donne"].notna()).groupby("id_residence")
        table = (
            held[["prefix", "programme", "code_quartier"]]
            .first()
            .assign(count=held.size(), placed=held["placed"].any())
        )
        odd = table["programme"].isin(["", *COARSE, *QUARTER_NAMES.values()]) & table["prefix"].isin(
            ["ORH", "LDC", "TDR"]
        )
        calm = held[["note", "fate"]].agg(lambda told: (told == "").all()).all(axis=1) & ~held["respelt"].any()
        calm &= held["first"].max().eq(0) & held["last"].min().eq(2026) & held["programme"].nunique().eq(1)
        return table[calm & ~odd]

    def choose(self, prefix: str, few: int = 1, many: int = 9, *, zone: str = "", bare: bool = False) -> str:
        """Choose a residence without any difficulty, that nothing has happened to yet."""
        table = self.known[self.known["prefix"].eq(prefix) & self.known["count"].between(few, many)]
        table = table[~table.index.isin(list(self.used)) & table["code_quartier"].str.startswith(zone)]
        fit = sorted(table.index[~table["placed"]] if bare else table.index)
        chosen = str(fit[int(self.rng.random() * len(fit))])
        self.used.add(chosen)
        return chosen

    def neighbours(self, prefix: str, few: int = 1) -> tuple[str, str]:
        """Choose two residences of a landlord that one name can bring together."""
        for _ in range(400):
            one = self.choose(prefix, few, 4)
            here = self.places(one)
            near = [
                str(name)
                for name in self.known.index[self.known["prefix"].eq(prefix)]
                if name not in self.used
                and cdist(here, self.places(str(name))).min() < 120
                and pdist(np.vstack([here, self.places(str(name))])).max() < 270
            ]
            if near:
                self.used.add(min(near))
                return one, min(near)
        raise ValueError("pas assez de résidences voisines : changer la graine")

    def places(self, residence: str) -> np.ndarray:
        """Points of a residence, in metres."""
        return self.addresses.loc[self.groups[residence], ["x", "y"]].to_numpy(float)

    def rows(self, *residences: str) -> pd.Index:
        """Rows of the addresses of residences, in the order of the file."""
        return pd.Index(sorted(row for name in residences for row in self.groups[name]))

    def named(self) -> str:
        """Take a name that no residence has."""
        return next(self.names)

    def tell(self, pair: int, rows: pd.Index, **values: Any) -> None:
        """Write something in the surveys that a change before ``pair`` leaves free: before 2020, else after."""
        for year in [2018] if pair == 2020 else [year for year in ALL_YEARS if year >= pair]:
            for name, value in values.items():
                self.filed[year].loc[rows, name] = value

    def note(self, pair: int, event: str, rows: pd.Index, *, left: bool = False, known: int | None = None) -> None:
        """Write an event down: its addresses as the survey after it names them, or before it for what left."""
        before = known or ALL_YEARS[ALL_YEARS.index(pair) - 1]
        there, here = self.filed[before].loc[rows], self.filed[pair].loc[rows]
        self.events.append(
            {
                "campagne_avant": before,
                "campagne": pair,
                "evenement": event,
                "adresses": sorted((there if left else here)["id_adresse"]),
                "nb_logements": int(self.addresses.loc[rows, "nb"].sum()),
                "noms_avant": sorted({*there["nom_residence"]}),
                "noms": sorted({*here["nom_residence"]}),
            }
        )

    def rename(self, pair: int, residence: str, name: str) -> None:
        """Give a residence another name."""
        rows = self.rows(residence)
        self.tell(pair, rows, nom_residence=name)
        self.note(pair, "renommage", rows)

    def join(self, pair: int, one: str, other: str, name: str) -> None:
        """Give two neighbours one name: merged since, or split where it is written in the past."""
        rows = self.rows(one, other)
        self.tell(pair, rows, nom_residence=name)
        self.note(pair, "scission" if pair == 2020 else "fusion", rows)

    def cut(self, pair: int, residence: str, one: str, other: str) -> None:
        """Give both halves of a residence a name of their own."""
        rows = self.rows(residence)
        self.tell(pair, rows[: len(rows) // 2], nom_residence=one)
        self.tell(pair, rows[len(rows) // 2 :], nom_residence=other)
        self.note(pair, "fusion" if pair == 2020 else "scission", rows)

    def recompose(self, pair: int, one: str, other: str, first: str, second: str) -> None:
        """Share the addresses of two neighbours otherwise between two names."""
        rows, moved = self.rows(one, other), self.rows(one)[:1]
        self.tell(pair, rows, nom_residence=second)
        self.tell(pair, moved, nom_residence=first)
        self.note(pair, "recomposition", rows)

    def sell(self, pair: int, rows: pd.Index, prefix: str, name: str, *, renumbered: bool) -> None:
        """Put addresses with another landlord, that keeps their identifiers or gives its own and writes its own way."""
        self.tell(pair, rows, bailleur=NAMES[prefix], nom_residence=name)
        if renumbered:
            numbers = [f"{prefix}-{next(self.numbers)}" for _ in rows]
            texts = [write_address(row) for row in self.addresses.loc[rows].assign(prefix=prefix).itertuples()]
            base = self.addresses.loc[rows, "id_ban"] if prefix == "TDR" else ""
            self.tell(pair, rows, id_adresse=numbers, adresse=texts, x=np.nan, y=np.nan, id_ban=base)
        self.note(pair, "changement de bailleur", rows)

    def renumber(self, pair: int, prefix: str, pattern: str) -> None:
        """Give every address of a landlord another identifier: nothing happened to its residences."""
        told = self.filed[2018 if pair == 2020 else pair]
        rows = told.index[told["bailleur"].eq(NAMES[prefix]) & told["present"]]
        order = shuffled(self.rng, len(rows))
        numbers = pd.Series([pattern.format(rank + 1) for rank in order], index=rows)
        self.tell(pair, rows, id_adresse=numbers)
        self.quiet[f"renumerotation_{pair}"] = {"bailleur": NAMES[prefix], "adresses": len(rows)}

    def pull_down(self, pair: int, residence: str) -> None:
        """Take a residence out of the surveys for good."""
        rows = self.rows(residence)
        if self.addresses.loc[rows, "last"].ge(pair).all():
            self.tell(pair, rows, present=False)
        self.note(pair, "démolition ou vente", rows, left=True)

    def build(self, pair: int, residence: str) -> None:
        """Note a residence built before a survey; one that stood from the start is taken out of that of 2018."""
        rows = self.rows(residence)
        self.built[residence] = pair - 1
        if pair == 2020:
            self.tell(pair, rows, present=False)
        self.note(pair, "livraison", rows)

    def fall_silent(self, residence: str) -> None:
        """Leave a residence out of the survey of 2024; it is back in that of 2026."""
        rows = self.rows(residence)
        self.filed[2024].loc[rows, "present"] = False
        self.note(2024, "sortie de l'enquête", rows, left=True)
        self.note(2026, "entrée dans l'enquête", rows)

    def respell(self, pair: int, residence: str) -> None:
        """Write the name of a residence another way, and its addresses too: nothing happened."""
        rows = self.rows(residence)
        spelt = self.addresses.loc[rows, "programme"].str.replace("RES. ", "Résidence ", regex=False)
        self.tell(pair, rows, nom_residence=spelt, adresse=plain(self.addresses.loc[rows, "adresse"]))
        self.quiet.setdefault("deux_graphies", []).append({"campagne": pair, "id_residence_vraie": residence})


def tell_all(story: Story) -> None:
    """Plant everything, campaign by campaign."""
    for pair in (2020, 2024, 2026):
        story.rename(pair, story.choose("ORH"), "RES. " + story.named())
        story.respell(pair, story.choose("ORH", 2))
        story.join(pair, *story.neighbours("ORH"), "RES. " + story.named())
        story.cut(pair, story.choose("ORH", 4), "RES. " + story.named(), "RES. " + story.named())
        if pair == 2020:  # what is written is the landlord of before
            story.sell(pair, story.rows(story.choose("ORH", 2, bare=True)), "LDC", "3990", renumbered=True)
            story.sell(pair, story.rows(story.choose("ORH", 2)), "LDC", "3993", renumbered=False)
        else:
            story.sell(pair, story.rows(story.choose("LDC", 2)), "ORH", "RES. " + story.named(), renumbered=True)
            story.sell(pair, story.rows(story.choose("HTV", 2)), "ORH", "RES. " + story.named(), renumbered=False)
    story.rename(2024, story.choose("LDC", 2), "4990")
    story.recompose(2024, *story.neighbours("ORH", 2), "RES. " + story.named(), "RES. " + story.named())
    half = story.rows(story.choose("ORH", 4, bare=True))[:2]
    story.sell(2024, half, "TDR", story.named(), renumbered=True)
    story.fall_silent(story.choose("ORH", 2))
    story.pull_down(2024, story.choose("HTV", 3, zone="QN"))
    story.pull_down(2026, story.choose("ORH", 2))
    story.build(2020, story.choose("ORH", 2))
    for residence, rows in story.groups.items():
        first, last = story.addresses.loc[rows[0], ["first", "last"]]
        if last < 2020:
            story.pull_down(2020, str(residence))
        elif first:
            story.build(int(first), str(residence))
    _declare(story)
    story.renumber(2020, "TDR", "T18/{:05d}")
    story.renumber(2024, "LFV", "VAL.{:04d}")
    _known_already(story)


def _declare(story: Story) -> None:
    """Let a landlord give its own identifiers of residences from 2024 on, and change one of them in 2026."""
    changed = story.choose("TDR", 2)
    for year in (2024, 2026):
        mine = story.filed[year]["bailleur"].eq(NAMES["TDR"])
        story.filed[year].loc[mine, "id_residence"] = "TDR/" + story.addresses.loc[mine, "id_residence"]
    story.filed[2026].loc[story.rows(changed), "id_residence"] = "TDR/2026-A"
    story.note(2026, "renommage", story.rows(changed))


def _known_already(story: Story) -> None:
    """Note what the surveys of 2020 and 2022 already held."""
    for fate, event in (("créée", "livraison"), ("démolie", "démolition ou vente")):
        for _, held in story.addresses[story.addresses["fate"].eq(fate)].groupby("id_residence"):
            story.note(2022, event, held.index, left=fate == "démolie")
    respelt = story.addresses.loc[story.addresses["respelt"], "id_adresse"]
    story.quiet["adresses_reecrites"] = {"campagne": 2022, "adresses": respelt.tolist()}
