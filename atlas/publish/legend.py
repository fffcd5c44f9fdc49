"""What a legend says of a layer: direction, unit, classes, threshold, rules, sources, year and secrecy.

In: an edition and a layer. Out: texts and drawings (SVG outlines) for the templates. Nothing is read from the units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from atlas.symbology import SHAPES, SymbolClass, classes_of
from atlas.tables import INDICATORS, SURVEYS, UNITS
from atlas.writing import inside, long_date, quantity

if TYPE_CHECKING:
    from atlas.catalogue import Catalogue, Caveat, Layer
    from atlas.edition import Edition, Source
    from atlas.parameters import Rule

_SECRET_KEYS = ("secret_logements", "secret_menages", "secret_denominateur")


@dataclass(frozen=True)
class Cited:
    """One source as a legend cites it; ``day`` is that of the campaign, for a source that changes with it."""

    text: str
    day: str
    more: str

    def __str__(self) -> str:
        return f"{self.text}{', ' if self.day else ''}{self.day}{self.more}"


@dataclass(frozen=True)
class Legend:
    """One legend, classes from the most fragile to the least, what is not a figure last."""

    layer: Layer
    classes: tuple[SymbolClass, ...]
    threshold: Rule | None
    rules: tuple[Rule, ...]
    sources: tuple[Cited, ...]
    secrecy: str
    caveats: tuple[Caveat, ...]

    @property
    def rules_line(self) -> str:
        """Every rule in one paragraph, each reference written once."""
        said = " ; ".join(f"{inside(rule.label)} : {value_of(rule)}" for rule in self.rules)
        return f"{said}. {'. '.join(dict.fromkeys(rule.reference for rule in self.rules))}."


def legend_of(layer: Layer, edition: Edition, catalogue: Catalogue) -> Legend:
    """Write the legend of a layer.

    Rules that the territory did not give (a local rent ceiling) are left out: the layer then publishes nothing.
    """
    in_force = {rule.key: rule for rule in edition.context.rules}
    classes = classes_of(layer, edition.context.rules)
    figures = [one for one in classes if not one.status]
    return Legend(
        layer=layer,
        classes=(*figures[::-1], *(one for one in classes[::-1] if one.status)),
        threshold=in_force.get(layer.threshold),
        rules=tuple(in_force[key] for key in layer.cited if key in in_force),
        sources=tuple(_cited(source, edition) for source in _sources(layer, edition)),
        secrecy=secrecy_of(edition) if layer.indicator or layer.undetermined else "",
        caveats=tuple(catalogue.caveats[key] for key in layer.caveats),
    )


def secrecy_of(edition: Edition) -> str:
    """Say in one sentence what the edition masks, with the numbers of the rules in force.

    Returns
    -------
    str
        French, without markup.
    """
    if not edition.masked:
        return "Rien n'est masqué dans cette édition."
    limits = {rule.key: quantity(rule.value) for rule in edition.context.rules if rule.key in _SECRET_KEYS}
    reasons = [
        f"moins de {limits[key]} {what}"
        for key, what in zip(
            _SECRET_KEYS, ("logements", "ménages répondants", "réponses pour le taux montré"), strict=True
        )
        if key in limits
    ]
    return f"« secret » : {', '.join(reasons[:-1])} ou {reasons[-1]}." if len(reasons) > 1 else ""


def sources_of(edition: Edition) -> tuple[str, ...]:
    """Cite every source of the edition."""
    return tuple(str(cited) for cited in cited_sources(edition))


def cited_sources(edition: Edition) -> tuple[Cited, ...]:
    """Cite every source of the edition, the day of the campaign apart."""
    return tuple(_cited(source, edition) for source in edition.context.sources)


def day_of(campaign: int) -> str:
    """Write the day of a campaign.

    >>> day_of(2022).replace("\u00a0", " ")
    '1er janvier 2022'
    """
    return long_date(date(campaign, 1, 1))


def value_of(rule: Rule) -> str:
    """Write a rule's value with its unit.

    >>> from types import SimpleNamespace
    >>> value_of(SimpleNamespace(value=40, unit="%"))
    '40 %'
    """
    if isinstance(rule.value, (list, tuple)):
        words = [value if isinstance(value, str) else quantity(value) for value in rule.value]
        return f"{', '.join(words) or 'aucun'} {'' if words and words[0] is rule.value[0] else rule.unit}".strip()
    if not isinstance(rule.value, (int, float)):
        return str(rule.value)
    return f"{quantity(rule.value)} {rule.unit.removesuffix('s') if rule.value == 1 else rule.unit}"


def outline_of(shape: str, radius: float) -> str:
    """Write a symbol's outline as the ``d`` of an SVG path around the origin.

    >>> outline_of("diamond", 5)
    'M0 -6L6 0L0 6L-6 0Z'
    """
    corners = [(round(x * radius, 2), round(y * radius, 2)) for x, y in SHAPES[shape]]
    if not corners:
        half = f"a{radius:g} {radius:g} 0 1 0"
        return f"M{-radius:g} 0{half} {2 * radius:g} 0{half} {-2 * radius:g} 0Z"
    if shape == "cross":
        pairs = zip(corners[::2], corners[1::2], strict=True)
        return "".join(f"M{a[0]:g} {a[1]:g}L{b[0]:g} {b[1]:g}" for a, b in pairs)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z"


def _sources(layer: Layer, edition: Edition) -> list[Source]:
    figures: tuple[str, ...] = ()
    if layer.indicator or layer.undetermined:
        figures = INDICATORS[layer.indicator].sources if layer.indicator else SURVEYS
    wanted = (*figures, *UNITS[layer.table].sources)
    return [source for source in edition.context.sources if source.name.partition(" ")[0] in wanted]


def _cited(source: Source, edition: Edition) -> Cited:
    """Cite a source: what it is, its date, and that it is simulated when it is."""
    simulated = " (données simulées)" if source.simulated else ""
    if source.name == "ops":
        return Cited(source.description, day_of(edition.context.campaign), simulated)
    return Cited(source.description, "", f"{f', {source.dated}' if source.dated else ''}{simulated}")
