"""The audit: an attacker who reads an edition back and tries to derive what it masks.

It shares nothing with the engine that masks (:mod:`atlas.secrecy`) but the format of the files: it rebuilds the system
of totals from the written GeoPackage, eliminates in whole numbers, and asks a solver for proofs. A build runs it before
an edition replaces the previous one; what it cannot prove safe is refused.

* :mod:`~atlas.audit.read_back`, :mod:`~atlas.audit.evidence`, :mod:`~atlas.audit.composition`: what the files tell,
  what only the builder knows, which addresses made each unit at each campaign;
* :mod:`~atlas.audit.holdings`, :mod:`~atlas.audit.readers`, :mod:`~atlas.audit.answers`: what each reader holds, knows;
* :mod:`~atlas.audit.attack` over :mod:`~atlas.audit.spans` and :mod:`~atlas.audit.elimination`: which groups published
  totals give away;
* :mod:`~atlas.audit.campaigns`, :mod:`~atlas.audit.alike`: what campaigns tell by their difference, and of one another;
* :mod:`~atlas.audit.elsewhere`: criteria read on wider perimeters, and what the sums behind them give away;
* :mod:`~atlas.audit.pinned`: which masked units they fix by bounding;
* :mod:`~atlas.audit.truths`, :mod:`~atlas.audit.nesting`, :mod:`~atlas.audit.metadata`: whether figures are true,
  editions one inside the other, manifests silent;
* :mod:`~atlas.audit.judgements` over :mod:`~atlas.audit.supposed`: whether methods say anything that files do not give;
* :mod:`~atlas.audit.other_files`: whether any other file tells more;
* :mod:`~atlas.audit.verdict` and :mod:`~atlas.audit.gate`: the audit of a folder, and of a build, in French.
"""

from atlas.audit.attack import Leak, Limits, Published, attack
from atlas.audit.gate import Passed, bounded, limits_of, refuse_leaks
from atlas.audit.judgements import ReadBack
from atlas.audit.pinned import fixed_cells
from atlas.audit.read_back import GEOPACKAGE, Written, read_written
from atlas.audit.shown import Shown
from atlas.audit.verdict import Verdict, audit

__all__ = [
    "GEOPACKAGE",
    "Leak",
    "Limits",
    "Passed",
    "Published",
    "ReadBack",
    "Shown",
    "Verdict",
    "Written",
    "attack",
    "audit",
    "bounded",
    "fixed_cells",
    "limits_of",
    "read_written",
    "refuse_leaks",
]
