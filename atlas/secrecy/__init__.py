"""The secrecy engine: what may be published so that no sum and no difference of it betrays a small group.

**The promise.** No addition or subtraction, with any coefficients, of figures published to an audience yields a figure
that bears on fewer than the threshold (11) of dwellings, or of responding households. It holds for every additive
indicator at once, because it speaks of which addresses a figure bears on, not of its value.

**Its limits.** The reader it defends against combines figures linearly. It does not know the tenants. Dwelling counts
are public. What can be *bounded* without being derived (a masked residence between 4 and 9) is measured by the audit,
not prevented here. A combination of 11 dwellings or more is allowed, even when its figure is 0 % or 100 %: ends are a
matter of how rates are written.

**Vocabulary.** An *atom* is the finest thing that published totals can separate: one address in one campaign, IRIS,
quarter, landlord. A *cell* is a published total, a set of atoms: a residence, an IRIS, a landlord in a commune. What
can be derived from published cells are the combinations of their rows; a leak is a combination that is zero everywhere
except on atoms weighing less than 11 together.

**What it does**, in the order of the code:

1. *Primaries* (:mod:`~atlas.secrecy.system`). Cells under 11 are masked. All that follows is about the others.
2. *Offering*. Cells are offered one by one, most useful first: what was already released, then by the priority given,
   larger first. A cell is kept if, with all cells kept before, there is still no leak. That is the whole policy:
   nothing useful is lost for something less useful, and no masked cell could be put back.
3. *Forest and core* (:mod:`~atlas.secrecy.structure`). An address lies in one residence, a residence mostly in one
   IRIS: such cells nest, and a masked part is protected exactly when what remains of the nearest published total around
   it is nothing, or 11 and more (:mod:`~atlas.secrecy.forest`): sums and one sort, for all addresses of France in
   seconds. Only totals that cross one another (IRIS, quarters, landlords, residences on a border) need algebra, over
   *classes* of addresses that lie in the same totals.
4. *Strong and weak classes* (:mod:`~atlas.secrecy.quotient`). A class whose hidden part weighs 11 or more cannot take
   part in a leak. A total that holds such a class, after elimination, is harmless. What is left is tiny: a few totals
   over classes that hide less than 11 (:mod:`~atlas.secrecy.weak`).
5. *Exact search* (:mod:`~atlas.secrecy.light`). There, elimination modulo 2^61 - 1, merging of classes that always
   appear together and a short branching prove that no leak exists, or show one. Only the totals that a light
   combination could use are searched, near what changed (:mod:`~atlas.secrecy.near`). Should the branching grow, an
   integer programme decides (:mod:`~atlas.secrecy.oracle`); without a proof, the cell is masked.
6. *Readers* (:mod:`~atlas.secrecy.readers`). Landlords receive the partners' edition and know their own stock: the same
   test is made for each of them, without its own addresses. They share one elimination
   (:mod:`~atlas.secrecy.elimination`): each costs what it knows, and not the territory once more.
7. *Blocks* (:mod:`~atlas.secrecy.protect`). EPCIs and campaigns are independent but for a few totals above them: they
   run in parallel processes, and a thin layer settles what crosses.

:mod:`~atlas.secrecy.editions` builds on it: rates with their own denominators, what given cells give
away, perimeters that moved. :mod:`~atlas.secrecy.once` weighs what campaigns tell together, where an address that
answered several times counts once. :mod:`~atlas.secrecy.classic` is the usual method, kept to show what it misses.
"""

from atlas.secrecy.editions import (
    Layer,
    derivable_groups,
    lightest_derivable,
    protect_layers,
    small_perimeter_changes,
)
from atlas.secrecy.once import Owned
from atlas.secrecy.protect import protect_cells
from atlas.secrecy.system import ABSENT, PRIMARY, PUBLISHED, SECONDARY, Group, Pattern, System

__all__ = [
    "ABSENT",
    "PRIMARY",
    "PUBLISHED",
    "SECONDARY",
    "Group",
    "Layer",
    "Owned",
    "Pattern",
    "System",
    "derivable_groups",
    "lightest_derivable",
    "protect_cells",
    "protect_layers",
    "small_perimeter_changes",
]
