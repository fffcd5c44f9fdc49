"""Quarters: a page for each QPV, QVA and other perimeter, and for what each commune holds outside the QPV.

Grain in: an edition. Grain out: ``quartiers/<code>.html``, ``quartiers/commune-<code_insee>.html`` and
``quartiers/index.html``. A perimeter without a residence has its page, which says so; a commune without a dwelling is
set aside.
"""

from atlas.publish.quarters.pages import write_quarters

__all__ = ["write_quarters"]
