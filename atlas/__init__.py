"""Atlas des fragilités d'occupation des résidences HLM."""

__version__ = "0.1.0"
