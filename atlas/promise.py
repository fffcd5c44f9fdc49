"""The promise of secrecy in French, word for word the same on pages, in the audit and in the README.

``PROMISE`` takes the thresholds in force; ``TERMS`` says who reads, what he knows, what is covered and what is not;
what each edition keeps of it is said by its audience, :data:`atlas.tables.AUDIENCES`.
"""

from __future__ import annotations

PROMISE = (
    "Aucune addition ni soustraction des chiffres remis à un public ne donne un chiffre qui porte sur moins de "
    "{dwellings:g} logements, moins de {households:g} ménages ou moins de {answers:g} réponses, comptés là où l'on a "
    "répondu."
)
TERMS = {
    "Qui lit": "quiconque a l'édition ; chaque bailleur, qui connaît exactement le parc qu'il détenait à chaque "
    "campagne ; les bailleurs d'un groupe déclaré, qui mettent en commun ce qu'ils savent.",
    "Ce qu'il sait": "le nombre de logements de chaque adresse, les ménages répondants publiés, qui a répondu à quoi, "
    "et les éditions antérieures données à la construction.",
    "Ce qui est couvert": "les sommes et les différences de tous les chiffres publiés d'une campagne, et de toutes "
    "les campagnes ensemble là où des adresses ont redonné les mêmes réponses ; une borne, comme « ≤ 5 % », laisse "
    "au moins trois effectifs possibles ; la somme sur laquelle un critère est lu plus large, comme si elle était "
    "publiée ; ce qui fixerait exactement, par encadrement en nombres entiers, un taux sensible d'une petite unité "
    "masquée est masqué aussi, tous les chiffres de l'édition mis ensemble, avec les comptes qui se bornent l'un "
    "l'autre (plafonds de ressources, âges, composition des ménages), les réponses d'un fichier livré deux fois et les "
    "lectures plus larges, et tout ce que les éditions antérieures ont donné, chiffres et lectures, réponses "
    "d'alors comprises ; l'audit refuse l'édition s'il en reste, sauf ce que ces éditions fixent à elles seules, "
    "que le bilan liste et qui ne se reprend plus.",
    "Ce qui ne l'est pas": "ce que l'on sait par ailleurs des locataires ; la mise en commun au-delà des groupes "
    "déclarés ; un encadrement qui resserre sans fixer, que le bilan mesure sur les taux, ou qui s'aide du parc d'un "
    "bailleur ; la correction d'une réponse, entre deux éditions, quand le nombre de réponses ne change pas ; à côté "
    "d'une édition antérieure, un fichier livré pour deux campagnes et complété depuis pour l'une et l'autre.",
}


def promise(dwellings: float, households: float, answers: float) -> str:
    """Write the promise with its thresholds.

    >>> print(promise(11, 11, 11)[-63:])
     ménages ou moins de 11 réponses, comptés là où l'on a répondu.
    """
    return PROMISE.format(dwellings=dwellings, households=households, answers=answers)
