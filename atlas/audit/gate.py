"""The gate: a build refuses itself when the audit finds, in an edition as written, what it should have masked.

In: the folder of a build, with the evidence of its addresses. Out: what earlier editions gave away and what bounding
fixes, for the builder's report; or a refusal, in one sentence for each kind of disagreement, with every example in a
file beside the output.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Protocol

import pandas as pd

from atlas.audit.attack import Limits
from atlas.audit.reasons import SENTENCES, Reason
from atlas.audit.verdict import Verdict, audit
from atlas.errors import Faults

LANDLORD, PUBLIC = "bailleur-", "public"


class Thresholds(Protocol):
    """What the gate reads of the rules of secrecy."""

    @property
    def dwellings(self) -> float:
        """Smallest number of dwellings of a shown unit."""

    @property
    def households(self) -> float:
        """Smallest number of responding households of a shown unit."""

    @property
    def denominator(self) -> float:
        """Smallest denominator of a shown rate."""


@dataclass(frozen=True)
class Passed:
    """What a build that passes must still say.

    ``remarks``: what earlier editions gave away for good, what could not be verified. ``pinned``: by edition, the
    masked units of :func:`atlas.audit.pinned.pinned`.
    """

    remarks: tuple[str, ...]
    pinned: Mapping[str, pd.DataFrame]

    def table(self) -> pd.DataFrame:
        """Count what bounding fixes, by edition and rate-free: one row per edition, for a report."""
        return pd.DataFrame(
            [
                {
                    "édition": name,
                    "taux masqués de petites unités fixés exactement par encadrement": int(rows["determine"].sum()),
                    "à un ou deux effectifs près": int((~rows["determine"].astype(bool)).sum()),
                }
                for name, rows in self.pinned.items()
            ]
        )


def limits_of(rules: Thresholds) -> Limits:
    """Take the limits of an attack from the rules of secrecy."""
    return Limits(ceil(rules.dwellings), ceil(rules.households), ceil(rules.denominator))


def refuse_leaks(output: Path, rules: Thresholds, already: Sequence[Path] = (), report: Path | None = None) -> Passed:
    """Audit every masked edition of a build: alone, with those of the same build, with those that readers held before.

    Parameters
    ----------
    output : Path
        Folder of the build, with ``atomes.parquet`` and one folder per edition.
    already : sequence of Path
        Folders of the editions that audiences hold.
    report : Path, optional
        Where a refusal writes all that it found, in JSON.

    Raises
    ------
    AtlasError
        ``AUDIT-FUITE``: one fault per edition and kind of disagreement.
    """
    editions = {folder.name: folder for folder in sorted(output.iterdir()) if _masked(folder)}
    shared = [folder for name, folder in editions.items() if not name.startswith(LANDLORD)]
    verdicts: dict[str, Verdict] = {}
    for name, folder in editions.items():
        held = [other for other in shared if other != folder] if name != PUBLIC else []
        measured = not name.startswith(LANDLORD)
        verdicts[name] = audit(folder, limits_of(rules), also=held, already=already, measured=measured)
    if not all(verdict.safe for verdict in verdicts.values()):
        _refuse(verdicts, report)
    remarks = {
        f"Édition « {name} », {text}."
        for name, one in verdicts.items()
        for text in (
            *(f"déjà publié, ne peut plus être protégé : {late}" for late in one.late),
            *(f"non vérifié : {text}" for text in one.unchecked),
        )
    }
    pinned = {name: one.pinned for name, one in verdicts.items() if one.pinned is not None}
    return Passed(tuple(sorted(remarks)), pinned)


def _refuse(verdicts: Mapping[str, Verdict], report: Path | None) -> None:
    faults = Faults()
    where = ""
    if report is not None:
        content = {name: [_spelt(one) for one in verdict.why] for name, verdict in verdicts.items() if verdict.why}
        report.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
        where = f" ; {report.name}, à côté de la sortie, donne chaque cas et ne doit pas être diffusé"
    for name, verdict in verdicts.items():
        for one in verdict.why:
            faults.add(
                "AUDIT-FUITE",
                f"Édition « {name} » : {SENTENCES[one.kind]} : {one}.",
                "une édition dont rien de masqué ne se déduit",
                f"rien n'a été publié : signaler ce défaut du programme{where}",
            )
    faults.raise_if_any()


def _spelt(one: Reason) -> dict[str, object]:
    return {
        "nature": one.kind,
        "désaccord": SENTENCES[one.kind],
        "quoi": one.what,
        "nombre": one.count,
        "cas": one.examples,
    }


def _masked(folder: Path) -> bool:
    manifest = folder / "manifeste.json"
    return manifest.is_file() and bool(json.loads(manifest.read_text("utf-8"))["masquee"])
