"""What every page of a build says: territory, dates, sources and their vintages, what is simulated, rules in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from atlas.edition import Context, Source
from atlas.evolution import DEFINED_BY
from atlas.parameters import Parameters, Rule
from atlas.tables import ORIGINS
from atlas.territory import Territory, simulated


def defined_at(parameters: Parameters, campaigns: Sequence[int]) -> dict[str, dict[int, Any]]:
    """Give, at each campaign, the rules that say of whom an indicator is: where they change, it does not compare."""
    wanted = set(DEFINED_BY.values())
    found: dict[str, dict[int, Any]] = {key: {} for key in sorted(wanted)}
    for year in campaigns:
        for rule in parameters.in_force(date(year, 1, 1)):
            if rule.key in wanted:
                found[rule.key][year] = rule.value
    return found


def context_of(
    territory: Territory, published: date, rules: tuple[Rule, ...], defined: Mapping[str, Mapping[int, Any]]
) -> Context:
    """Say what every page must say: simulated or fictional inputs, rules used unverified."""
    sources = []
    for name, blocks in territory.sources.given().items():
        listed = name in ORIGINS and ORIGINS[name].listed  # each list, each vintage, is cited by itself
        for cited in [(block,) for block in blocks] if listed else [blocks]:
            files = tuple(path.name for block in cited for path in block.paths)
            vintages = {getattr(block, "millesime", None) or getattr(block, "generation", None) for block in cited}
            sources.append(
                Source(
                    name,
                    ORIGINS[name].title if name in ORIGINS else f"Périmètres {name.removeprefix('zones ')}",
                    files,
                    vintages.pop() if len(vintages) == 1 else None,
                    simulated=any("simul" in file.lower() for file in files),
                    day=getattr(cited[0], "date", None),
                )
            )
    identity = territory.territoire
    named = [source.description for source in sources if source.simulated]
    notices = simulated(identity.fictif, identity.simule, named)
    context = Context(identity.nom, identity.campagnes, published, (), tuple(sources), notices, defined=defined)
    return context.using(rules)
