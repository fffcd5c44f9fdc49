"""Where a database is, with what may be said of it: everything but its password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from atlas.errors import AtlasError, Fault

_SCHEMES = ("postgresql", "postgres")
_SPACE_LEFT = 48  # bytes of a schema's name: a date and a number are added to that of the edition it replaces
_SECRET = {"password", "sslpassword", "passfile"}


@dataclass(frozen=True)
class Address:
    """A database and a schema in it. ``settings`` hold the password, if any, and are never shown."""

    settings: dict[str, str] = field(repr=False)
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
    # A password that holds an @ is not read alike by everyone: parts are handed over one by one.
    told = {"host": parts.hostname, "port": parts.port, "user": parts.username, "password": parts.password}
    settings = {name: unquote(str(value)) for name, value in told.items() if value}
    settings |= {**dict(parse_qsl(parts.query)), "dbname": names[0]}
    secrets = [value for name, value in settings.items() if name in _SECRET and value]
    shown = SplitResult("postgresql", _without_password(parts), f"/{quote(names[0], safe='')}", "", "")
    hidden = tuple(dict.fromkeys(one for secret in secrets for one in (secret, quote(secret, safe=""))))
    return Address(settings, schema, shown.geturl(), hidden)


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
