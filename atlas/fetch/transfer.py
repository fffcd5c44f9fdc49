"""One file brought from a server: begun again where it was cut, bounded in time, checked, put in place at the end.

In: an address and where to put what it holds. Out: the file, its SHA-256, the day the server gives it. The standard
library does it: its client reads the proxy variables of the system and its TLS the certificate ones, and nothing of
what a planner's network imposes has to be told twice. What is half there keeps the name ``….partiel``.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from atlas import __version__
from atlas.errors import AtlasError
from atlas.fetch.refusals import (
    absent,
    certificate,
    corrupted,
    incomplete,
    no_network,
    refused,
    slow,
    unsafe,
)

_BLOCK = 1 << 16
_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_BUSY = frozenset({429, 500, 502, 503, 504})
_PARTIAL = 206
_BEYOND = 416
_NOT_THERE = frozenset({404, 410})
_ELSEWHERE = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for: seconds, tries, bytes per second.

    ``read``: for the next bytes; ``tries``: of one file; ``pause``: before the second try, doubled each time;
    ``most``: longest pause, whatever the server asks; ``rate``: slowest mean speed once ``window`` has passed.
    """

    read: float = 30.0
    tries: int = 5
    pause: float = 2.0
    most: float = 60.0
    rate: float = 2_000.0
    window: float = 60.0
    wait: Callable[[float], None] = time.sleep


PATIENT = Patience()


@dataclass(frozen=True)
class Received:
    """A file that is whole: where it is, what it weighs, what its server says of it."""

    path: Path
    address: str
    size: int
    sha256: str
    modified: str = ""


@dataclass
class _Partial:
    """What was received so far, and what makes sure that the rest is of the same file."""

    path: Path
    address: str
    mark: dict[str, str] = field(default_factory=dict)

    @property
    def note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def tag(self) -> str | None:
        """The tag of the file, where its server gives one."""
        mark = self.mark.get("If-Range", "")
        return mark if mark.startswith('"') else None

    def recall(self) -> None:
        """Take up what an earlier run left, when it is of this address and can be told from a newer file."""
        try:
            told = json.loads(self.note.read_text("utf-8"))
        except (OSError, ValueError):
            told = {}
        if isinstance(told, dict) and told.get("adresse") == self.address and told.get("marque"):
            self.mark = told["marque"]
        else:
            self.forget()

    def note_down(self, headers: Mapping[str, str]) -> None:
        """Keep what identifies the file: a strong tag, or else its day."""
        tag, day = headers.get("ETag", ""), headers.get("Last-Modified", "")
        self.mark = {"If-Range": tag if tag and not tag.startswith("W/") else day} if tag or day else {}
        self.note.write_text(json.dumps({"adresse": self.address, "marque": self.mark}), "utf-8")

    def forget(self) -> None:
        """Drop everything."""
        self.mark = {}
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def receive(
    address: str,
    target: Path,
    page: str = "",
    *,
    patience: Patience = PATIENT,
    checksum: tuple[str, str] | None = None,
) -> Received:
    """Bring one file.

    Parameters
    ----------
    target : Path
        Where the file goes once it is whole; a former one is replaced then, in one step.
    page : str
        Where its producer tells of it, to be named when it is not found.
    checksum : (algorithm, hexadecimal digest), optional
        What the file must give.

    Raises
    ------
    AtlasError
        ``RESEAU-ABSENT``, ``RESEAU-REFUS``, ``RESEAU-OCCUPE``, ``RESEAU-TRONQUE``, ``RESEAU-EMPREINTE``,
        ``RESEAU-LENT``, ``RESEAU-CERTIFICAT``, ``RESEAU-COUPE`` (no network), ``RESEAU-ADRESSE``.
    """
    if urlsplit(address).scheme not in {"http", "https"}:
        raise unsafe(address)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _Partial(target.with_name(f"{target.name}.partiel"), address)
    partial.recall()
    pause, last = patience.pause, incomplete(address, 0, None)
    for number in range(patience.tries):
        if number:
            patience.wait(min(pause, patience.most))
            pause = min(patience.most, 2 * pause)
        try:
            modified = _attempt(partial, patience)
            break
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == _BEYOND:
                partial.forget()
            elif error.code in _ELSEWHERE:  # the library itself follows nothing but the web
                raise unsafe(error.headers.get("Location", address)) from None
            elif error.code in _NOT_THERE:
                raise absent(address, page) from None
            elif error.code not in _BUSY:
                raise refused(address, error.code, page) from None
            last = refused(address, error.code, page)
            pause = max(pause, _asked(error.headers.get("Retry-After")))
        except urllib.error.URLError as error:
            last = _unreachable(address, error)
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise last from None
        except TimeoutError:
            last = slow(address)
        except (http.client.HTTPException, ConnectionError) as error:
            last = incomplete(address, partial.size, getattr(error, "expected", None))
    else:
        raise last
    return _finished(partial, target, modified, checksum)


def _attempt(partial: _Partial, patience: Patience) -> str:
    """Receive what is left of a file; give the day its server gives it."""
    start = partial.size if partial.mark else 0
    headers = {"User-Agent": f"atlas-residences/{__version__}", "Accept-Encoding": "identity"}
    if start:
        headers |= {"Range": f"bytes={start}-", **partial.mark}
    request = urllib.request.Request(partial.address, headers=headers)
    with closing(_opener().open(request, timeout=patience.read)) as answer:
        follows = answer.status == _PARTIAL and _begins_at(answer.headers.get("Content-Range"), start)
        if not (follows and answer.headers.get("ETag", partial.tag) == partial.tag):
            partial.forget()
            start = 0
            partial.note_down(answer.headers)
        length = answer.headers.get("Content-Length")
        whole = start + int(length) if length and length.isdecimal() else None
        begun, received = time.monotonic(), 0
        with partial.path.open("ab") as file:
            while block := answer.read1(_BLOCK):
                file.write(block)
                received += len(block)
                spent = time.monotonic() - begun
                if spent > patience.window and received / spent < patience.rate:
                    raise slow(partial.address)
    if whole is not None and partial.size != whole:
        raise _Cut(whole)
    return str(answer.headers.get("Last-Modified") or "")


class _Cut(ConnectionError):
    """The server closed before the end that it had announced."""

    def __init__(self, expected: int) -> None:
        super().__init__()
        self.expected = expected


def _finished(partial: _Partial, target: Path, modified: str, checksum: tuple[str, str] | None) -> Received:
    with partial.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if checksum:
        name, expected = checksum
        with partial.path.open("rb") as file:
            found = hashlib.file_digest(file, name).hexdigest()
        if found != expected.lower():
            partial.forget()
            raise corrupted(partial.address, name)
    size = partial.size
    partial.path.replace(target)
    partial.note.unlink(missing_ok=True)
    return Received(target, partial.address, size, digest, _day(modified))


def _opener() -> urllib.request.OpenerDirector:
    """Open with the proxies of the system and its certificates, or those that a variable names."""
    context = ssl.create_default_context()
    for name in _CERTIFICATES:
        if (path := os.environ.get(name)) and Path(path).is_file():
            context.load_verify_locations(cafile=path)
    return urllib.request.build_opener(_Redirects(), urllib.request.HTTPSHandler(context=context))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow a server elsewhere, but never out of a secure connection into an open one."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Refuse an address that says less than the one asked for."""
        left, came = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if came not in {"http", "https"} or (left == "https" and came == "http"):
            fp.close()
            raise unsafe(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _unreachable(address: str, error: urllib.error.URLError) -> AtlasError:
    if isinstance(error.reason, ssl.SSLCertVerificationError):
        return certificate(address)
    if isinstance(error.reason, TimeoutError):
        return slow(address)
    return no_network(address)


def _asked(text: str | None) -> float:
    """Read what a busy server asks: seconds, or a day; nothing when it says neither."""
    if text is None:
        return 0.0
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def _begins_at(told: str | None, start: int) -> bool:
    return bool(start) and (told or "").startswith(f"bytes {start}-")


def _day(text: str) -> str:
    """Write the day of a header as a date; nothing when it is none.

    >>> _day("Wed, 01 Jan 2025 10:00:00 GMT"), _day("hier")
    ('2025-01-01', '')
    """
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError):
        return ""
