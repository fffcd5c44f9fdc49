"""The whole flow on one page: a territory's files in, one folder per edition out.

read ─► gather ─► match ─► place ─► group ─► count ─►  for each edition:  protect ══► judge ─► publish
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from atlas.attribution_counts import contradicted, decisions, detailed
from atlas.audit import bounded, refuse_leaks
from atlas.count import count
from atlas.describe import describe
from atlas.dwellings import alike, low_rents, stock
from atlas.filiation import follow
from atlas.gather import described_then, gather, with_points
from atlas.group import group, overspread
from atlas.judge import judge
from atlas.ledger import Ledger
from atlas.match import match
from atlas.output import refused_list, staged
from atlas.place import place
from atlas.plan import Plan, plan
from atlas.progress import Clock
from atlas.protect import DEFAULT_EDITIONS, audiences_of, costs, keep_evidence, opened, protect
from atlas.publish import Book, conclude, fingerprints, publish, report
from atlas.sources import read_sources, relocated, updated
from atlas.unprotected import Unprotected


def build(
    path: Path,
    output: Path,
    editions: Sequence[str] = DEFAULT_EDITIONS,
    accepted: Sequence[str] = (),
    already: Sequence[Path] = (),
    say: Callable[[str], None] = lambda step: None,
    *,
    formats: Sequence[str] = (),
    archive: bool = False,
) -> Path:
    """Build the atlas of a territory file into ``output``, replacing the previous one only when all is written.

    ``accepted``: rules past their verified day; ``already``: editions already given. Raises AtlasError: every fault.
    """
    todo, clock, homes = plan(path, editions, accepted, formats=formats), Clock(say), {}
    with staged(output) as folder:
        found = counted(todo, clock)
        context, terms = todo.context.using(found.rules), (todo.secrecy, todo.scale)
        clock("secret statistique")
        secrecy = opened(found.counted, *terms, already=already, groups=todo.groups, ways=todo.wider)
        inputs = fingerprints(todo.territory.sources.files())
        for audience in audiences_of(todo.editions, landlords := found.counted.atoms["bailleur"].dropna().unique()):
            clock(f"édition {audience.name}")
            edition = protect(found.counted, secrecy.openings, found.described, audience, *terms, context)
            book = Book(judge(edition, todo.methods, todo.rules_for(audience, landlords)), todo.catalogue)
            homes[audience.name] = publish(book, folder / audience.name, inputs, clock.seconds, formats=todo.formats)
        clock("audit et bilan")
        keep_evidence(folder, found.counted, secrecy.pools, found.described.units["residences"])
        conclude(folder, fixed := bounded(folder, todo.secrecy, already), archive=archive)
        gate = refuse_leaks(folder, todo.secrecy, already, refused_list(output), fixed)
        cost = costs(found.counted, secrecy.openings, *terms, context.campaign) | gate.tables()
        report(folder, found, (*secrecy.remarks, *gate.remarks), cost, homes, context, clock.stop(), inputs)
    return output


def counted(todo: Plan, clock: Clock) -> Unprotected:
    """Run every stage up to the counts; the ledger checks each on the way."""
    ledger = Ledger()
    clock("lecture des sources")
    inputs = read_sources(todo.territory, todo.parameters, ledger)
    addresses, _ = gather(inputs.ops, inputs.residences)
    clock("appariement des adresses")
    matched = match(addresses, inputs.adresses, todo.match)
    located = relocated(with_points(addresses, matched, inputs.adresses), inputs.corrections)
    ledger.balance("appariement", addresses, located)
    clock("position dans les zones")
    placed = place(located, *inputs.layers, todo.place)
    ledger.balance("position", located, placed.addresses, noted=placed.unplaced)
    clock("regroupement en résidences")
    grouped = group(placed.addresses, todo.group)
    ledger.balance("regroupement", placed.addresses, grouped, noted=overspread(grouped, todo.group))
    then = described_then(inputs.ops, inputs.declared_then)
    kin = follow(then, grouped, inputs.logements, *todo.following, inputs.filiation)
    ledger.note("filiation", kin.aside)
    clock("comptage")
    rents, orphans = low_rents(inputs.logements, inputs.surveyed(year := todo.context.campaign), todo.low_rent, year)
    ledger.note("logements", orphans)
    decided, elsewhere = decisions(inputs.attributions, inputs.ops, todo.context.campaigns)
    ledger.note("attributions", elsewhere, contradicted(inputs.attributions, grouped))
    told, waiting = updated(inputs.ops, inputs.updates, grouped)
    totals = count(told, kin.named(grouped), placed.quarters, rents, decided, *inputs.counted)
    ledger.balance("comptage", inputs.answers, totals.atoms, waiting)
    homes = stock(inputs.logements, grouped, placed.quarters, todo.low_rent, todo.stock)
    why = detailed(inputs.attributions, grouped, inputs.ops, alike(inputs.logements, todo.stock), inputs.demandes)
    units = describe(grouped, *inputs.layers, todo.identity, inputs.crs, homes, placed.quarters, why, kin.events, told)
    remarks = (*inputs.remarks, *placed.remarks, *kin.remarks, *units.remarks)
    return Unprotected(grouped, totals, units, ledger, remarks, inputs.rules, inputs.corrections)
