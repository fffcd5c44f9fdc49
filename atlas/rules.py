"""The rules in force, written for a reader: value, unit, nature, reference, day until which each was verified."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from atlas.parameters import Rule
from atlas.writing import comma


def describe_rules(rules: Iterable[Rule]) -> str:
    """Write rules as text, three lines each.

    >>> from datetime import date
    >>> rule = Rule("k", "Seuil", "%", "choix du projet", "publication", 40, date(2022, 6, 1), "réf.", date(2028, 1, 1))
    >>> print(describe_rules([rule]))
    k = 40 %
        Seuil (choix du projet, depuis le 01/06/2022)
        réf. — vérifié jusqu'au 01/01/2028
    """
    return "\n".join(
        f"{rule.key} = {written(rule.value)} {rule.unit}\n"
        f"    {rule.label} ({rule.nature}, depuis le {rule.since:%d/%m/%Y})\n"
        f"    {rule.reference} — "
        + (
            f"NON VÉRIFIÉ après le {rule.verified_until:%d/%m/%Y}"
            if rule.unverified
            else f"vérifié jusqu'au {rule.verified_until:%d/%m/%Y}"
        )
        + ("" if rule.checked_online else " ; aucun service en ligne n'a pu être joint pour le vérifier")
        for rule in rules
    )


def written(value: Any) -> str:
    """Write a value the French way.

    >>> written(5.1), written([1, 2])
    ('5,1', '1, 2')
    """
    if isinstance(value, list):
        return ", ".join(map(written, value))
    return comma(value) if isinstance(value, float) else str(value)
