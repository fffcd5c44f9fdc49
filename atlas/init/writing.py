"""The text of a territory file: one commented block for each kind of file, what lacks, and the rent ceiling to give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from atlas.errors import excerpt
from atlas.init.choosing import Chosen
from atlas.inspect import Finding, block, quoted
from atlas.tables import ORIGINS

_RENT = """\
# Le bas loyer se juge sur un plafond propre au territoire ; il n'y a pas de valeur par défaut. À compléter :
# [regles.loyer_plai]
# valeur = 0.00
# unite = "€/m² SU"
# source = "document cadre de la CIL, page"
"""


def written(chosen: Chosen, name_of: Callable[[Path], str], lacking: Sequence[str]) -> str:
    """Write the territory file of what was chosen; ``name_of`` names a file from the territory file."""
    parts = [
        "# Fichier de territoire proposé par « atlas init », à relire : « à vérifier » marque ce qui est deviné.\n"
        "# « atlas check » le vérifie, « atlas build » construit l'atlas.\n",
        f"[territoire]\nnom = {quoted(chosen.name)}  # à vérifier : {chosen.named_after}\n"
        f"campagnes = [{', '.join(map(str, chosen.campaigns))}]  # la dernière est montrée d'abord\n"
        + _comment(chosen.told),
    ]
    for section in ORIGINS:
        groups = _groups(chosen.of(section))
        blocks = [_block(group, name_of, len(groups)) for group in groups]
        if blocks:
            parts.append(f"# --- {ORIGINS[section].title}\n" + "\n".join(blocks))
    if chosen.aside:
        left = [
            _comment([why, *_block([finding], name_of).replace("# ", "", 1).splitlines()])
            for finding, why in chosen.aside
        ]
        parts.append("# --- Laissés de côté : retirer les « # » pour les lire\n" + "\n".join(left))
    parts.append("# --- Règles du territoire\n" + _RENT)
    if lacking:
        parts.append("# --- Ce qui manque ou n'a pas été lu\n" + _comment(lacking))
    return "\n".join(parts)


def _groups(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Put together files of one shape: one block reads them all. A perimeter is a block of its own."""
    groups: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for number, finding in enumerate(findings):
        alone = number if finding.section == "zones" else None
        groups[(alone, finding.lines, tuple(finding.mapping.items()))].append(finding)
    return list(groups.values())


def _block(group: Sequence[Finding], name_of: Callable[[Path], str], among: int = 1) -> str:
    first = group[0]
    assert first.section is not None
    names = [name_of(finding.path) for finding in group]
    said = [_told(finding) for finding in group]
    if first.mapping:
        said.append("colonnes devinées d'après les en-têtes et les valeurs, à vérifier")
    return _comment(said) + block(first.section, names, first.lines, first.mapping, several=first.several, among=among)


def _told(finding: Finding) -> str:
    years = f", années {excerpt(finding.years)}" if len(finding.years) > 1 else ""
    return f"{finding.path.name} : {finding.words} ; {finding.seen[0]}{years}"


def _comment(lines: Iterable[str]) -> str:
    """Write lines as comments: what is not printable in a name would end them, or break the file."""
    shown = ("".join(sign if sign.isprintable() else " " for sign in line) for line in lines)
    return "".join(f"# {line.removeprefix('# ')}\n" for line in shown)
