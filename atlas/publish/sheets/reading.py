"""Read the sheets of an edition: every figure through :class:`atlas.publish.figures.Figures`, none computed here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas.methods import SIGNALS
from atlas.publish.figures import Figure, Figures
from atlas.publish.paths import file_names
from atlas.publish.sheets.further import others_of
from atlas.publish.sheets.model import Criterion, Fact, Feature, Line, Modality, Place, Sheet
from atlas.publish.sheets.years import through_years, updates_of
from atlas.tables import ATTRIBUTED, FEATURES, GROUPS, INDICATORS, SECRET, UNDETERMINED, UNKNOWN
from atlas.tables.wider import CRITERION, ITSELF, PERIMETER
from atlas.writing import natural, whole

if TYPE_CHECKING:
    from atlas.edition import Edition

_RESIDENCES, _TERRITORY, LOW_RENT = "residences", "territoire", "bas_loyer"
_CRITERIA = "Critères de fragilité"  # what heads the figures of a method that is a list of criteria


def sheets_of(figures: Figures) -> Iterator[Sheet]:
    """Read one sheet per residence, in the order of :func:`order_of`."""
    edition = figures.edition
    points = edition.units[_RESIDENCES].geometry
    identifiers = edition.units[_RESIDENCES]["id"]
    located = {
        str(identifier): (point.x, point.y)
        for identifier, point in zip(identifiers, points, strict=True)
        if point is not None and not point.is_empty
    }
    files = file_names(identifiers)
    features = features_by_unit(edition, _RESIDENCES)
    addresses = _addresses(edition)
    for identifier in order_of(figures):
        features_here, point = features.get(identifier, ()), located.get(identifier)
        yield _sheet(identifier, files[identifier], figures, features_here, addresses, point)


def order_of(figures: Figures) -> list[str]:
    """List the residences as people sort their names, then by identifier."""
    names = {one: figures.text(_RESIDENCES, one, "nom") for one in figures.identifiers(_RESIDENCES)}
    return sorted(names, key=lambda one: (natural(names[one]), one))


def features_by_unit(edition: Edition, kind: str) -> dict[str, tuple[Feature, ...]]:
    """Read the dwellings by feature of every unit of a kind, in the order of :data:`atlas.tables.FEATURES`."""
    stock = edition.stock[edition.stock["unite"] == kind]
    unknown_last = stock.assign(last=stock["modalite"] == UNKNOWN).sort_values(["last", "modalite"], kind="stable")
    found: dict[str, dict[str, list[Modality]]] = {}
    shown = unknown_last.reindex(columns=["logements_loyer_connu", "logements_bas_loyer", "loyer_m2"]).astype(object)
    shown = shown.where(shown.notna(), None)
    keys = unknown_last[["id", "caracteristique", "modalite", "nb_logements"]].itertuples(index=False)
    for (unit, feature, name, number), (known, low, rent) in zip(keys, shown.itertuples(index=False), strict=True):
        rents = (None if known is None else int(known), None if low is None else int(low), rent)
        found.setdefault(str(unit), {}).setdefault(feature, []).append(Modality(str(name), int(number), *rents))
    return {
        unit: tuple(Feature(key, title, tuple(by_key[key])) for key, title in FEATURES.items() if key in by_key)
        for unit, by_key in found.items()
    }


def _sheet(
    identifier: str,
    file: str,
    figures: Figures,
    features: tuple[Feature, ...],
    addresses: dict[str, list[dict[str, Any]]],
    point: tuple[float, float] | None,
) -> Sheet:
    def text(column: str) -> str:
        return figures.text(_RESIDENCES, identifier, column)

    places = tuple(_places(identifier, figures))
    mine = addresses.get(identifier, [])
    method = figures.method
    level = figures.level(_RESIDENCES, identifier, figures.campaign)
    return Sheet(
        id=identifier,
        file=file,
        name=text("nom") or f"Résidence {identifier}",
        level=level,
        criteria_met=figures.met(_RESIDENCES, identifier),
        commune=text("code_insee"),
        quarter=text("code_qpv"),
        situation=text("situation"),
        facts=tuple(_facts(identifier, figures)),
        addresses=tuple(dict.fromkeys(str(one["nom"]) for one in mine)),
        criteria=tuple(criteria_of(_RESIDENCES, identifier, figures)),
        places=places,
        lines=groups_of(places, figures),
        attributions=tuple(
            line
            for line in lines_of(ATTRIBUTED, places, figures, text("situation"))
            if any(figure.status != UNKNOWN for figure in line.figures)  # decisions of another campaign's year
        ),
        trend=trend_of(places, figures),
        features=features,
        quality=tuple(_quality(identifier, figures, mine)),
        point=point,
        levels=tuple(
            (year, figures.level(_RESIDENCES, identifier, year)) for year in figures.edition.context.campaigns
        ),
        proven=_proven(level, text(method.proven)) if method.proven else "",
        wider=(text(PERIMETER), text(CRITERION), text(method.wider))
        if method.wider and text(PERIMETER) not in ("", ITSELF)
        else None,
        others=others_of(_RESIDENCES, identifier, figures, parts=True),
        note=figures.edition.levels.notes.get(level, ""),
        near=figures.near(_RESIDENCES, identifier),
        through=through_years(identifier, figures),
        updates=updates_of(identifier, figures),
    )


def _proven(level: str, reading: str) -> str:
    """Keep what published criteria prove where that is more than the level, which cannot be told."""
    return reading if level == UNDETERMINED != reading else ""


def criteria_of(kind: str, identifier: str, figures: Figures) -> Iterator[Criterion]:
    """Read the criteria of a unit whose threshold is in force."""
    rules = {rule.key: rule for rule in figures.edition.context.rules}
    for one in figures.method.criteria:
        if one.rule in rules:
            figure, rule = figures.figure(kind, identifier, one.code), rules[one.rule]
            low, high = (figures.number(kind, identifier, name) for name in figures.method.interval(one.code))
            told = None if low is None or high is None else (int(low), int(high))
            yield Criterion(figure, rule, None if figure.value is None else figure.value >= rule.value, told)


def groups_of(places: tuple[Place, ...], figures: Figures) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """Read every indicator of the occupation across places, by title: at the head, what the first method reads."""
    method = figures.method
    others = {title: tuple(code for code in codes if code not in method.codes) for title, codes in GROUPS.items()}
    listed = {_CRITERIA if method.criteria else method.label: method.codes, **others}
    return tuple((title, lines) for title, codes in listed.items() if (lines := lines_of(codes, places, figures)))


def lines_of(
    codes: tuple[str, ...], places: tuple[Place, ...], figures: Figures, situation: str = ""
) -> tuple[Line, ...]:
    """Read indicators across places; those that no source gives are left out, targets are those of the situation."""
    rules = {rule.key: rule for rule in figures.edition.context.rules}
    lines = []
    for code in codes:
        if code in figures.told:
            aim = INDICATORS[code].target
            target = rules.get(aim.rule) if aim and situation in aim.situations else None
            across = tuple(figures.figure(place.kind, place.id, code) for place in places)
            lines.append(Line(INDICATORS[code].label, across, target))
    return tuple(lines)


def trend_of(
    places: tuple[Place, ...], figures: Figures
) -> tuple[tuple[str, tuple[tuple[int, tuple[Figure, ...]], ...]], ...]:
    """Read the criteria at every campaign, for every place."""
    campaigns = figures.edition.context.campaigns
    return tuple(
        (
            code,
            tuple(
                (year, tuple(figures.figure(place.kind, place.id, code, year) for place in places))
                for year in campaigns
            ),
        )
        for code in figures.method.codes
    )


def _places(identifier: str, figures: Figures) -> Iterator[Place]:
    """The residence, then what holds it: its quarter, its commune, the territory."""
    yield Place(_RESIDENCES, identifier, "Résidence", figures.text(_RESIDENCES, identifier, "nom"))
    for kind, column, role in (("quartiers", "code_qpv", "Quartier"), ("communes", "code_insee", "Commune")):
        place = figures.text(_RESIDENCES, identifier, column)
        if figures.known(kind, place):
            yield Place(kind, place, role, figures.text(kind, place, "nom"))
    yield Place(_TERRITORY, _TERRITORY, "Territoire", figures.text(_TERRITORY, _TERRITORY, "nom"))


def _facts(identifier: str, figures: Figures) -> Iterator[Fact]:
    def text(column: str) -> str:
        return figures.text(_RESIDENCES, identifier, column)

    def named(kind: str, column: str) -> str:
        code = text(column)
        return f"{figures.text(kind, code, 'nom')} ({code})" if figures.known(kind, code) else code

    situation = " : ".join(part for part in (text("situation"), named("quartiers", "code_qpv")) if part)
    for label, said, column in (
        ("Bailleur", text("bailleur"), "bailleur"),
        ("Commune", named("communes", "code_insee"), "code_insee"),
        ("Situation", situation, "situation"),
        ("IRIS", named("iris", "code_iris"), "code_iris"),
    ):
        if said:
            yield Fact(label, said, column)
    for label, column in (("Logements", "nb_logements"), ("Adresses", "nb_adresses")):
        number = figures.number(_RESIDENCES, identifier, column)
        yield Fact(label, UNKNOWN if number is None else whole(number), column)
    low = figures.figure(_RESIDENCES, identifier, LOW_RENT)
    number = figures.number(_RESIDENCES, identifier, "nb_bas_loyer")
    yield Fact("Logements à bas loyer", low.label if number is None else whole(number), "nb_bas_loyer")
    for one in SIGNALS:
        if one.numeric:
            number = figures.number(_RESIDENCES, identifier, one.name)
            said = (SECRET if low.status == SECRET else UNKNOWN) if number is None else whole(number)
        else:
            said = text(one.name)
        if LOW_RENT in figures.told:
            yield Fact(one.label, said, one.name)


def _quality(identifier: str, figures: Figures, addresses: list[dict[str, Any]]) -> Iterator[Fact]:
    """Say how far the figures can be trusted: answers, grouping, matching."""
    households, dwellings = (figures.number(_RESIDENCES, identifier, name) for name in ("menages", "nb_logements"))
    surveyed = any(source.name == "ops" for source in figures.edition.context.sources)
    if surveyed:
        silent = (
            SECRET if figures.figure(_RESIDENCES, identifier, figures.method.codes[0]).status == SECRET else UNKNOWN
        )
        answers = silent if households is None else f"{whole(households)} pour {whole(dwellings or 0)} logements"
        yield Fact("Ménages répondants", answers, "menages")
    method, trust = (figures.text(_RESIDENCES, identifier, name) for name in ("methode_groupe", "confiance"))
    if method:
        yield Fact("Regroupement des adresses", f"{method}, confiance {trust}", "methode_groupe")
    methods = Counter(str(one["methode_appariement"] or "non placée") for one in addresses)
    if methods:
        told = ", ".join(f"{name} ({number})" for name, number in methods.most_common())
        yield Fact("Position des adresses", told)


def _addresses(edition: Edition) -> dict[str, list[dict[str, Any]]]:
    """Gather the addresses of each residence, where the edition publishes them."""
    table = edition.units.get("adresses")
    if table is None:
        return {}
    kept = pd.DataFrame(table[["id_residence", "nom", "methode_appariement"]])
    kept = kept.astype(object).where(kept.notna(), None).sort_values("nom", key=_street)
    found: dict[str, list[dict[str, Any]]] = {}
    for record in kept.to_dict("records"):
        found.setdefault(str(record["id_residence"]), []).append({str(key): value for key, value in record.items()})
    return found


def _street(names: pd.Series) -> pd.Series:
    """Sort addresses by street, then by number."""
    parts = names.fillna("").astype("str").str.extract(r"^\s*(\d*)\s*(.*)$")
    return parts[1].str.lower() + parts[0].str.zfill(6)
