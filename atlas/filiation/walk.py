"""From campaign to campaign: what is known of every landlord, and what each new campaign changes in it.

Grain in: one row per address of a campaign, oldest campaign first. Grain out: events, and one sentence for what is
of a landlord as a whole. What a silent landlord held is carried on as it last said it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.filiation.events import Regroup, lasting
from atlas.filiation.landlords import holders
from atlas.filiation.links import SAME, Linked, link
from atlas.writing import many


class Walk:
    """``events``: tables of what was found; ``gone``, ``came``: by campaign, the addresses that left it and that it has
    more; ``later``: by identifier, the one that took its place."""

    def __init__(self, regroup: Regroup, gap: float) -> None:
        self.events: list[pd.DataFrame] = []
        self.gone: dict[int, pd.DataFrame] = {}
        self.came: dict[int, pd.DataFrame] = {}
        self.later: dict[str, str] = {}
        self._regroup, self._gap = regroup, gap
        self._state: pd.DataFrame | None = None
        self._heard: dict[str, int] = {}  # the last campaign that each landlord answered
        self._names: dict[str, str] = {}
        self._silent: dict[str, list[int]] = {}
        self._sentences: list[str] = []

    def step(self, year: int, now: pd.DataFrame) -> None:
        """Take a campaign: ``now`` has what :func:`atlas.filiation.links.link` and ``regroup`` read, ``vue``, ``suite``
        (the campaigns before and after that hold the address) and ``annee`` of construction."""
        told = self._regroup(now)
        now = now.assign(residence=told["id_residence"], nom_alors=told["nom_residence"])
        if self._state is not None:
            now_state = [now, self._compared(self._state, now, year)]
            self._state = pd.concat([part for part in now_state if len(part)], ignore_index=True)
        else:
            self._state = now
        self._heard |= dict.fromkeys(now["bailleur"].unique(), year)

    def latest_name(self, landlords: pd.Series) -> pd.Series:
        """Give the last known name of landlords."""
        return landlords.map({name: _last(self._names, name) for name in landlords.unique()})

    def latest_code(self, addresses: pd.Series) -> pd.Series:
        """Give the last known identifier of addresses."""
        return addresses.map(lambda code: _last(self.later, code))

    def remarks(self) -> list[str]:
        """Say what concerns a landlord as a whole."""
        silences = [
            f"Filiation : {name} n'est pas dans l'enquête de {', '.join(map(str, years))} ; aucune sortie n'en est "
            "déduite, ses résidences sont comparées entre les campagnes où il répond."
            for name, years in sorted(self._silent.items())
        ]
        return [*self._sentences, *silences]

    def _compared(self, before: pd.DataFrame, now: pd.DataFrame, year: int) -> pd.DataFrame:
        """Compare a campaign with what was known; give back what a silent landlord leaves as it was."""
        latest = before["campagne"].max()
        new = now["annee"] >= now["bailleur"].map(self._heard).fillna(latest)
        fresh, lost = now["vue"].isna().to_numpy(), before["suite"].isna().to_numpy()
        linked = link(before, now, lost, fresh, new.to_numpy(), self._gap)
        found = holders(before, now, linked.before, linked.after, self._heard.keys())
        self._names |= found.renamed
        before = before.assign(porteur=before["bailleur"].replace(found.renamed))
        heard = self._heard | {name: self._heard[former] for former, name in found.renamed.items()}
        events, recoded = lasting(before, now, linked, self._regroup)
        silent = before["bailleur"].isin(list(found.silent)).to_numpy()
        alone, other = linked.before < 0, linked.after < 0
        left = before.assign(
            campagne_avant=before["campagne"], revient=before["suite"].notna(), conteste=linked.contested_before
        )
        self.gone[year] = left[alone & ~silent]
        since = now["bailleur"].map(heard).fillna(latest)
        newcomer = now["bailleur"].isin(list(found.newcomers))
        arrived = now.assign(campagne_avant=since, conteste=linked.contested_after, nouveau=newcomer)
        self.came[year] = arrived[other]
        self.events += [events.assign(campagne=year)] if len(events) else []
        self._number(before, now, linked)
        for name in found.silent:
            self._silent.setdefault(name, []).append(year)
        self._say(found.renamed, found.absorbed, recoded, year)
        self._say_numbers(before, now, linked, year)
        return before[alone & silent].drop(columns="porteur")

    def _say(self, renamed: dict[str, str], absorbed: dict[str, str], recoded: dict[str, int], year: int) -> None:
        told = [
            f"Filiation : en {year}, {name} tient tout le patrimoine de {former}, absent de cette campagne : nouveau "
            "nom du bailleur ou fusion de bailleurs ; aucune vente n'en est déduite."
            for former, name in sorted(renamed.items())
        ]
        told += [
            f"Filiation : en {year}, {name} tient le patrimoine de {former}, absent de cette campagne ; chaque "
            "résidence a son changement de bailleur."
            for former, name in sorted(absorbed.items())
        ]
        told += [
            f"Filiation : en {year}, {name} change l'identifiant de toutes ses résidences ({count}) ; aucun renommage "
            "n'en est déduit."
            for name, count in sorted(recoded.items())
        ]
        self._sentences += told

    def _say_numbers(self, before: pd.DataFrame, now: pd.DataFrame, linked: Linked, year: int) -> None:
        kept = linked.after[linked.after >= 0]
        names = now["bailleur"][linked.after >= 0]
        other = linked.evidence[kept] != SAME
        former = pd.Series(before["porteur"].array, linked.before)
        former = former[~former.index.duplicated() & (former.index >= 0)].reindex(kept)
        counts = names[other & np.array(names.array == former.array)].value_counts()
        for name, count in sorted(counts.items()):
            self._sentences.append(
                f"Filiation : en {year}, {many(int(count), 'adresse')} de {name} ont un autre identifiant ; elles sont "
                "suivies par leur texte, leur adresse de la base adresse ou leur point."
            )

    def _number(self, before: pd.DataFrame, now: pd.DataFrame, linked: Linked) -> None:
        """Remember which identifier took the place of which."""
        former, latter = before["id_adresse"].to_numpy(object), now["id_adresse"].to_numpy(object)
        names = dict(zip(linked.after[::-1], latter[::-1], strict=True))
        moved = np.flatnonzero((linked.before >= 0) & np.append(linked.evidence != SAME, False)[linked.before])
        self.later |= {former[row]: names[linked.before[row]] for row in moved}

    def say_newcomers(self, rows: pd.DataFrame, year: int) -> None:
        """Say which landlords a campaign is the first to hold, once each, rather than an event per residence."""
        for name, held in rows.groupby("bailleur"):
            self._sentences.append(
                f"Filiation : {name} est dans l'enquête pour la première fois en {year} "
                f"({many(len(held), 'adresse')}) ; aucune entrée n'en est déduite."
            )


def _last(followed: dict[str, str], name: str) -> str:
    """Follow what took the place of a name, as far as it goes and never in circles."""
    seen = {name}
    while (then := followed.get(name, name)) not in seen:
        name = then
        seen.add(name)
    return name
