"""The audit: an attacker who reads an edition back and tries to derive what it masks.

It shares nothing with the engine that masks (:mod:`atlas.secrecy`) but the format of the files: it rebuilds the system
of totals from the written GeoPackage, eliminates in whole numbers, and asks a solver for proofs. A build runs it before
an edition replaces the previous one; what it cannot prove safe is refused.

* :mod:`~atlas.audit.spans`, which groups published totals give away;
* :mod:`~atlas.audit.bounds`, how narrowly they bound what is masked;
* :mod:`~atlas.audit.attack`, both, for one campaign and one reader;
* :mod:`~atlas.audit.written` and :mod:`~atlas.audit.figures`, what the GeoPackage tells;
* :mod:`~atlas.audit.companions`, whether any other file tells more;
* :mod:`~atlas.audit.verdict`, the audit of a folder, in French.
"""

from atlas.audit.attack import Findings, Interval, Leak, Limits, Shown, attack
from atlas.audit.gate import limits_of, refuse_leaks
from atlas.audit.verdict import Verdict, audit

__all__ = ["Findings", "Interval", "Leak", "Limits", "Shown", "Verdict", "attack", "audit", "limits_of", "refuse_leaks"]
