"""Match: addresses of the survey to points of the national base of addresses.

Grain in: one row per `id_adresse`, rows of the BAN. Grain out: one row per `id_adresse`. Nothing is set aside: what
cannot be placed is listed as `ambigu` or `non apparié`, with the reason.
"""

from atlas.match.rules import RULE_KEYS, MatchRules
from atlas.match.stage import match

__all__ = ["RULE_KEYS", "MatchRules", "match"]
