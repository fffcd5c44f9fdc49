"""Words of a plan: its groups, what it costs."""

from __future__ import annotations

from atlas.allocation.model import Cost
from atlas.writing import many, whole

GROUPS = ("1er quartile", "autres publics prioritaires", "autres demandeurs")
HEADS = tuple(one[:1].upper() + one[1:] for one in GROUPS)


def cost_words(cost: Cost) -> str:
    """Say a cost.

    >>> cost_words(Cost(0, 3, 1))
    'aucun dépassement de critère, concentration 3, 1 logement déplacé'
    >>> cost_words(Cost(2, 0, 0, unfit=1))
    "1 logement hors des parts de taille, 2 ménages en dépassement d'un critère, concentration 0, 0 logement déplacé"
    """
    over = (
        f"{many(cost.overrun, 'ménage')} en dépassement d'un critère"
        if cost.overrun
        else "aucun dépassement de critère"
    )
    moved = f"{many(cost.moved, 'logement')} déplacé{'s' if cost.moved > 1 else ''}"
    sizes = f"{many(cost.unfit, 'logement')} hors des parts de taille, " if cost.unfit else ""
    return f"{sizes}{over}, concentration {whole(cost.concentration)}, {moved}"
