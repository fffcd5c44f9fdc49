"""Where a database is, with what may be said of it: everything but its password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit, urlunsplit

from atlas.errors import AtlasError, Fault

_SCHEMES = ("postgresql", "postgres")
_SPACE_LEFT = 48  # bytes of a schema's name: a date and a number are added to that of the edition it replaces
_SECRET = {"password", "sslpassword", "passfile"}


@dataclass(frozen=True)
class Address:
    """A database and a schema in it. ``conninfo`` holds the password, if any, and is never shown."""

    conninfo: str = field(repr=False)
    schema: str
    shown: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def silent(self, text: str) -> str:
        """Write a message of the database's library without what must stay secret."""
        for secret in self.secrets:
            text = text.replace(secret, "…")
        return " ".join(text.split())


def address_of(text: str, schema: str) -> Address:
    """Read ``postgresql://user@host:port/base[/schema][?options]``.

    Examples
    --------
    >>> one = address_of("postgresql://sig:mot@base.ville.fr:5433/sig/habitat", "atlas_partenaire")
    >>> one.schema, one.shown
    ('habitat', 'postgresql://sig@base.ville.fr:5433/sig')
    >>> address_of("postgresql:///sig", "atlas_partenaire").schema
    'atlas_partenaire'

    Raises
    ------
    AtlasError
        ``POSTGIS-ADRESSE``; the address itself, which may hold a password, is not repeated.
    """
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  a port that is no number is refused when it is read
    except ValueError:
        raise _refused("elle n'est pas une adresse lisible") from None
    if parts.scheme not in _SCHEMES:
        raise _refused("elle ne commence pas par postgresql://")
    names = [unquote(name) for name in parts.path.split("/") if name]
    if not 1 <= len(names) <= 2:
        raise _refused("elle doit nommer une base, et un schéma si l'on veut")
    schema = names[1] if len(names) == 2 else schema
    if not schema.strip() or "\0" in schema or len(schema.encode()) > _SPACE_LEFT or re.match("(?i)pg_", schema):
        raise _refused(f"un nom de schéma a {_SPACE_LEFT} octets au plus et ne commence pas par pg_")
    if schema.lower() in {"public", "information_schema"}:
        raise _refused("le schéma de tous ne peut pas être remplacé : en nommer un pour l'atlas")
    base = quote(names[0], safe="")
    options = parse_qsl(parts.query)
    secrets = [unquote(parts.password or ""), *(value for name, value in options if name in _SECRET)]
    shown = SplitResult("postgresql", _without_password(parts), f"/{base}", "", "")
    told = tuple(dict.fromkeys(one for secret in secrets if secret for one in (secret, quote(secret, safe=""))))
    return Address(urlunsplit(("postgresql", parts.netloc, f"/{base}", parts.query, "")), schema, shown.geturl(), told)


def _without_password(parts: SplitResult) -> str:
    user, at, host = parts.netloc.rpartition("@")
    return f"{user.partition(':')[0]}{at}{host}"


def _refused(why: str) -> AtlasError:
    return AtlasError(
        [
            Fault(
                "POSTGIS-ADRESSE",
                f"L'adresse de la base ne peut pas être lue : {why}.",
                "postgresql://utilisateur@serveur:5432/base ou postgresql://utilisateur@serveur/base/schema",
                "corriger l'adresse ; le mot de passe se donne mieux par PGPASSWORD ou par le fichier .pgpass",
            )
        ]
    )
