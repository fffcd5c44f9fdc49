"""What the files of an edition say about themselves: secrecy, sources, rules, omissions, in French sentences.

In: a sealed edition. Out: texts and small tables; nothing is computed on units.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from atlas.methods import CHANCES
from atlas.promise import promise
from atlas.tables import AUDIENCES, OF_A_LANDLORD

if TYPE_CHECKING:
    from atlas.edition import Context, Edition

READING = (
    "Une valeur absente est toujours expliquée par son statut : « secret » (masquée), « non renseigné » (la source ne "
    "la donne pas), « sans objet » (rien à mesurer). Zéro veut dire zéro."
)

SMALL_NUMBERS = (
    "Petits nombres : « à un ménage près » dit qu'une réponse de plus ou de moins ferait dire autre chose de l'unité ; "
    "« proche d'un seuil » le dit là où les effectifs ne sont pas montrés, d'après les chiffres publiés, une réponse "
    "valant alors un ménage répondant ; des emménagés récents, dont le nombre n'est alors pas montré, rien n'est dit. "
    "Les deux bornes sous un taux sont celles de l'intervalle de Jeffreys, à "
    f"{CHANCES} chances sur 100 : ce que si peu de réponses laissent attendre d'autres ménages semblables. Le taux "
    "lui-même est un comptage."
)

UNMEASURED = "Encadrement : ce que des bornes permettraient de fixer n'est pas mesuré dans cette édition."


def bounded_words(exactly: int, nearly: int, before: int = 0) -> str:
    """Say what bounding fixes in an edition, as its audit measured it on the tables as written.

    ``before``: how many of the first were fixed by earlier editions alone.

    >>> bounded_words(0, 12)[:85]
    "Encadrement : taux sensibles masqués de petites unités qu'il fixe exactement : 0 ; à "
    """
    already = ", par des éditions antérieures, ce qui ne se reprend plus" if before else ""
    return (
        f"Encadrement : taux sensibles masqués de petites unités qu'il fixe exactement : {exactly}{already} ; à un ou "
        f"deux effectifs près : {nearly} (mesurés sur les tables de cette édition et de celles remises avec elle)."
    )


def secrecy_notice(edition: Edition) -> str:
    """Say what the edition masks and who may receive it."""
    if not edition.masked:
        return (
            f"Édition « {edition.name} » ({edition.audience}) : données non masquées, couvertes par le secret "
            "statistique. À ne pas transmettre."
        )
    limits = {rule.key: rule.value for rule in edition.context.rules}
    dwellings, households = limits.get("secret_logements"), limits.get("secret_menages")
    small = "les petites unités"
    if dwellings is not None and households is not None:
        small = f"toute unité de moins de {dwellings:g} logements ou de moins de {households:g} ménages répondants"
    return (
        f"Édition « {edition.name} » ({edition.audience}) : {small} et ce qui permettrait de la retrouver par "
        "soustraction portent le statut « secret ». Ne pas chercher à reconstituer une valeur masquée."
    )


def promise_of(edition: Edition) -> str:
    """Write the promise of secrecy with the thresholds in force, empty where the edition does not know them."""
    limits = {rule.key: rule.value for rule in edition.context.rules}
    keys = ("secret_logements", "secret_menages", "secret_denominateur")
    return promise(*(limits[key] for key in keys)) if limits.keys() >= set(keys) else ""


def guarantee_of(edition: Edition) -> str:
    """Name what an edition keeps."""
    return AUDIENCES[edition.name].guarantee if edition.name in AUDIENCES else OF_A_LANDLORD


def rows_of_rules(context: Context) -> list[dict[str, Any]]:
    """List the rules in force: key, label, value, unit, reference, dates, in the order of their keys."""
    return [
        {
            "cle": rule.key,
            "libelle": rule.label,
            "valeur": rule.value,
            "unite": rule.unit,
            "nature": rule.nature,
            "depuis": _day(rule.since),
            "reference": rule.reference,
            "verifie_jusqu_au": _day(rule.verified_until),
            "locale": rule.local,
            "non_verifiee": rule.unverified,
        }
        for rule in sorted(context.rules, key=lambda rule: rule.key)
    ]


def rows_of_sources(context: Context) -> list[dict[str, Any]]:
    """List the sources: name, description, file names, year, whether simulated."""
    return [
        {
            "nom": source.name,
            "description": source.description,
            "fichiers": list(source.files),
            "millesime": source.year,
            "simulee": source.simulated,
            **({"date_du_fichier": _day(source.day)} if source.day else {}),
        }
        for source in context.sources
    ]


def _day(value: date) -> str:
    return value.isoformat()
