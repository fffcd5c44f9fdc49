"""Who may attack an edition: anybody, each landlord with its stock of a campaign, landlords that sit together."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from atlas.audit.holdings import Holding

ANYBODY, OWNER = "n'importe quel lecteur", "son bailleur"


@dataclass(frozen=True)
class Reader:
    """A reader and the addresses that it knows by itself."""

    name: str
    known: frozenset[Hashable] = frozenset()
    stock: frozenset[Hashable] = frozenset()

    def holds(self, edition: Holding) -> bool:
        """Whether it holds an earlier edition: those of a landlord go to that landlord only.

        Which landlord is told by the addresses whose counts are written: the reader's own stock, in whatever campaign.
        """
        if not edition.landlord:
            return True
        return any(self.stock & edition.own(year) for year in edition.written.campaigns)


def readers_of(holding: Holding, campaign: int) -> Iterator[Reader]:
    """List the readers of an edition for a campaign."""
    places = holding.ground.at(campaign)
    own = holding.own(campaign)
    if holding.landlord:
        mine = [name for name, stock in places.stocks.items() if stock & own]
        known = own.union(*(places.stocks[name] for name in mine))
        yield Reader(OWNER, known, known)
        for name, pool in places.pools.items():
            if own & pool:
                yield Reader(f"groupe {name}", pool | own, known)
        return
    yield Reader(ANYBODY)
    for name, stock in places.stocks.items():
        yield Reader(name, stock, stock)
    for name, pool in places.pools.items():
        yield Reader(f"groupe {name}", pool, pool)
