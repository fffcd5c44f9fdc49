"""The numbers: every threshold, ceiling, distance and secrecy rule, dated and referenced, read from TOML files.

A rule asked on a day outside its verified span is an error that says what to read and edit; nothing falls back
silently on an older value. Rules of secrecy can never be accepted unverified, nor changed by a territory.
"""

from atlas.parameters.reading import read_parameters
from atlas.parameters.rules import CLOCKS, NATURES, Parameters, Recorder, Rule

__all__ = ["CLOCKS", "NATURES", "Parameters", "Recorder", "Rule", "read_parameters"]
