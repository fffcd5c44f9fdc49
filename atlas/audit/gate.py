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
from atlas.audit.evidence import read_evidence
from atlas.audit.holdings import read_earlier, read_holding
from atlas.audit.pinned import given_away, told_fixed, with_earlier
from atlas.audit.reasons import CODES, SENTENCES, Reason
from atlas.audit.verdict import Verdict, audit
from atlas.errors import Faults
from atlas.tables import AUDIENCES, LANDLORD


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

    def tables(self) -> dict[str, pd.DataFrame]:
        """Count what bounding fixes, whatever the rate: one row per edition, by the title of a report."""
        counted = pd.DataFrame(
            [
                {
                    "édition": name,
                    "taux masqués de petites unités fixés exactement par encadrement": int(rows["determine"].sum()),
                    "dont par des éditions antérieures, sans retour possible": int(
                        (rows["determine"].astype(bool) & rows["anterieur"].astype(bool)).sum()
                    ),
                    "à un ou deux effectifs près": int((~rows["determine"].astype(bool)).sum()),
                }
                for name, rows in self.pinned.items()
            ]
        )
        return {"Ce qu'un encadrement fixe malgré le secret": counted}


def limits_of(rules: Thresholds) -> Limits:
    """Take the limits of an attack from the rules of secrecy."""
    return Limits(ceil(rules.dwellings), ceil(rules.households), ceil(rules.denominator))


def bounded(output: Path, rules: Thresholds, already: Sequence[Path] = ()) -> dict[str, pd.DataFrame]:
    """Measure, edition by edition of a build, what bounding fixes: from its tables alone, before pages tell it.

    Returns
    -------
    dict of DataFrame
        By masked edition but those of landlords, as :func:`atlas.audit.pinned.with_earlier` lists it.
    """
    evidence, limits = read_evidence(output), limits_of(rules)
    # Readers of a landlord's edition know what is theirs.
    editions = {name: one for name, one in _beside(output).items() if not name.startswith(LANDLORD)}
    found = {}
    for name, (folder, held) in editions.items():
        holdings = [read_holding(one, evidence) for one in (folder, *held)]
        before = [read_earlier(one, holdings[0]) for one in already]
        before = [one for one in before if one.written.masked and not one.landlord]
        # What is public is in what partners hold: the indicators are put together once.
        found[name] = with_earlier(holdings, before, limits, linked=not _alone(name) or len(editions) == 1)
    return found


def refuse_leaks(
    output: Path,
    rules: Thresholds,
    already: Sequence[Path] = (),
    report: Path | None = None,
    measured: Mapping[str, pd.DataFrame] | None = None,
) -> Passed:
    """Audit every masked edition of a build: alone, with those of the same build, with those that readers held before.

    Parameters
    ----------
    output : Path
        Folder of the build, with ``atomes.parquet`` and one folder per edition.
    already : sequence of Path
        Folders of the editions that audiences hold.
    report : Path, optional
        Where a refusal writes all that it found, in JSON; what an earlier one left there is taken away.
    measured : mapping, optional
        What :func:`bounded` found, when it was asked already.

    Raises
    ------
    AtlasError
        ``AUDIT-FUITE``, or the code of its kind: one fault per edition and kind of disagreement.
    """
    pinned_of = bounded(output, rules, already) if measured is None else measured
    verdicts = {
        name: audit(folder, limits_of(rules), also=held, already=already, measured=False)
        for name, (folder, held) in _beside(output).items()
    }
    verdicts |= {name: verdicts[name].refusing(told_fixed(rows)) for name, rows in pinned_of.items()}
    if not all(verdict.safe for verdict in verdicts.values()):
        _refuse(verdicts, report)
    if report is not None:  # of an earlier build, that this one takes the place of
        report.unlink(missing_ok=True)
    away = {name: given_away(rows) for name, rows in pinned_of.items()}
    remarks = {
        f"Édition « {name} », {text}."
        for name, one in verdicts.items()
        for text in (
            *(f"déjà publié, ne peut plus être protégé : {late}" for late in (*one.late, *away.get(name, ()))),
            *(f"non vérifié : {text}" for text in one.unchecked),
        )
    }
    return Passed(tuple(sorted(remarks)), pinned_of)


def _beside(output: Path) -> dict[str, tuple[Path, list[Path]]]:
    """List the masked editions of a build, with those that the same readers hold: of an anonymous one, nothing else."""
    editions = {folder.name: folder for folder in sorted(output.iterdir()) if _masked(folder)}
    shared = [folder for name, folder in editions.items() if not name.startswith(LANDLORD)]
    return {
        name: (folder, [] if _alone(name) else [other for other in shared if other != folder])
        for name, folder in editions.items()
    }


def _alone(edition: str) -> bool:
    return edition in AUDIENCES and AUDIENCES[edition].anonymous


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
                CODES.get(one.kind, "AUDIT-FUITE"),
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
