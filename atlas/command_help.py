"""The few sentences that the command-line library writes itself, in French: help titles and usage errors."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_WORDS = (
    (r"^Usage: ", "Utilisation : "),
    (r"^Commands:$", "Commandes :"),
    (r"^Arguments:$", "Arguments :"),
    (r"^Options:$", "Options :"),
    (r"Show this message and exit\.", "Affiche cette aide."),
    (r"\[required\]", "[obligatoire]"),
    (r"\[default: ([^\]]*)\]", r"[par défaut : \1]"),
    (r" <path>", ""),
    (r"^Missing argument (.*)$", r"il manque l'argument \1"),
    (r"^Missing option (.*)$", r"il manque l'option \1"),
    (r"^Missing command\.?$", "il manque une commande"),
    (r"^No such command (.*)$", r"commande inconnue : \1"),
    (r"^No such option:? (.*)$", r"option inconnue : \1"),
    (r"^Got unexpected extra arguments? (.*)$", r"argument de trop : \1"),
    (r"^Option (\S+) requires an argument\.?$", r"l'option \1 demande une valeur"),
    (r"^Invalid value: ", ""),  # what was wrong is said by the house's own sentence
    (r"^Invalid value for (.*?): (.*)$", r"valeur non admise pour \1 : \2"),
    (r"Value error, ('.*') does not match the formats? .*$", r"\1 n'est pas une date (AAAA-MM-JJ)"),
    (r"\(Possible options: (.*)\)", r"(options proches : \1)"),
    (r"Input should be a valid integer\b.*$", "un nombre entier est attendu"),
    (r"Input should be a valid number\b.*$", "un nombre est attendu"),
    (r" Did you mean (.*)\?$", r" Vouliez-vous dire \1 ?"),
)


def in_french(text: str) -> str:
    """Translate what the library wrote.

    >>> in_french("Missing argument 'FICHIER'.")
    "il manque l'argument 'FICHIER'."
    """
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text, flags=re.MULTILINE)
    return text


class FrenchCommand(TyperCommand):
    """A command whose help is in French."""

    def get_help(self, ctx: Any) -> str:
        """Write the help page."""
        return in_french(super().get_help(ctx))


class FrenchGroup(TyperGroup):
    """A group of commands whose help is in French."""

    def get_help(self, ctx: Any) -> str:
        """Write the help page."""
        return in_french(super().get_help(ctx))


def usage_error(error: Any) -> str:
    """Write a usage error: how the command is called, where to read more, what was wrong."""
    context = error.ctx
    told = (
        []
        if context is None
        else [in_french(context.get_usage()), f"« {context.command_path} --help » affiche l'aide."]
    )
    return "\n".join([*told, "", f"Erreur : {in_french(error.format_message())}"])
