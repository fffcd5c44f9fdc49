"""Frame: what every page of an edition has in common: territory, campaign, edition, notices, links to the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from atlas import methods
from atlas.catalogue import Catalogue
from atlas.offer import OFFERED
from atlas.parameters import read_parameters
from atlas.publish.rendering import Page
from atlas.publish.simulation import simulable
from atlas.tables import INDICATORS, PUBLISHED
from atlas.tables.offered import OFFERING, RENT_CEILING
from atlas.writing import long_date

if TYPE_CHECKING:
    from atlas.edition import Edition

READINGS, CONVENTION, OBSERVATORY = "lectures.html", "convention.html", "observatoire.html"
OFFERS, EVOLUTION = "ou-loger.html", "evolution.html"
_LINKS = (
    ("index.html", "Carte et tableau"),
    ("quartiers/index.html", "Quartiers et communes"),
    (OFFERS, "Où loger ?"),
    ("tableau-de-bord.html", "Tableau de bord"),
    (EVOLUTION, "Évolution"),
    (CONVENTION, "Convention"),
    (READINGS, "Lectures comparées"),
    (OBSERVATORY, "Observatoire"),
    ("methode.html", "Méthode"),
    ("aide-qgis.html", "QGIS"),
)
IMBALANCES = "surrepresentations"  # the method that the observatory shows
_INTERNAL = "Édition interne : ne pas diffuser."


def shipped_catalogue(chosen: Sequence[methods.Method] = ()) -> Catalogue:
    """Read the shipped layers as the first of some methods fills them, the default one's if none is given.

    Raises
    ------
    AtlasError
        Faults of the layer files.
    """
    return methods.catalogue_of(chosen or methods.load(), read_parameters().values)


def page_of(edition: Edition, *, title: str, heading: str, **more: Any) -> Page:
    """Fill what every page of an edition says: territory, campaign, edition, notices."""
    context = edition.context
    notices = context.notices
    absent = {
        *([READINGS] if len(methods.taking_sides(edition.methods)) < 2 else []),
        *([OBSERVATORY] if not observed(edition) else []),
        *([OFFERS] if not offering(edition) else []),
        *([EVOLUTION] if not edition.followed else []),
    }
    if not edition.masked and not any("diffuser" in notice for notice in notices):
        notices = (_INTERNAL, *notices)
    return Page(
        title=f"{title} – {context.territory}",
        heading=heading,
        subtitle=(
            surveyed_on(edition, context.campaign),
            f"édition {edition.name}",
            f"publiée le {long_date(context.published_on)}",
        ),
        notices=notices,
        links=tuple(link for link in _LINKS if link[0] not in absent),
        **more,
    )


def observed(edition: Edition) -> bool:
    """Whether over-representations are read in an edition: its observatory is about them."""
    return any(method.code == IMBALANCES for method in edition.methods)


def offering(edition: Edition) -> bool:
    """Whether an edition can say where to house: its sheets have a form, low rents and turnover are told somewhere."""
    rules = {rule.key for rule in edition.context.rules}
    table = edition.units.get("residences")
    if table is None or not simulable(edition) or not {RENT_CEILING, *OFFERING} <= rules:
        return False
    return all((table[INDICATORS[code].st] == PUBLISHED).any() for code in OFFERED)


def surveyed_on(edition: Edition, campaign: int) -> str:
    """Name what the figures come from and their day: the survey, or the register where there is no survey."""
    surveyed = any(source.name == "ops" for source in edition.context.sources)
    what = "Enquête d'occupation" if surveyed else "Répertoire des logements"
    return f"{what} au {long_date(date(campaign, 1, 1))}"
