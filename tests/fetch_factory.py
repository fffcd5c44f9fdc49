"""A web server of the tests' own, on this machine: real paths, and every way in which a server disappoints."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Site:
    """What a server holds, by path, and how it behaves there.

    ``cut``: bytes given before the first answers stop, one number per answer; ``busy``: how many times 503 is answered,
    ``after`` what it asks; ``moved``: where a path leads; ``drip``: seconds between bytes; ``untold``: without a tag.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    cut: dict[str, list[int]] = field(default_factory=dict)
    busy: dict[str, int] = field(default_factory=dict)
    after: str = "0"
    moved: dict[str, str] = field(default_factory=dict)
    drip: dict[str, float] = field(default_factory=dict)
    untold: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""
    seen: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def requests(self, path: str) -> list[dict[str, str]]:
        return [headers for asked, headers in self.asked if asked == path]


def _handler(site: Site, wrap) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            if wrap is not None:
                self.request = wrap(self.request)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def log_message(self, *words: object) -> None:
            pass

        def do_GET(self) -> None:
            path = urlsplit(self.path).path  # through a proxy, the whole address is asked for
            site.asked.append((path, dict(self.headers)))
            if path in site.moved:
                self._head(302, {"Location": site.moved[path], "Content-Length": "0"})
            elif site.busy.get(path, 0) > 0:
                site.busy[path] -= 1
                self._head(503, {"Retry-After": site.after, "Content-Length": "0"})
            elif path not in site.files:
                self._head(404, {"Content-Length": "0"})
            else:
                self._file(path, site.files[path])

        def _head(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def _file(self, path: str, content: bytes) -> None:
            tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            told = {} if path in site.untold else {"ETag": tag, "Last-Modified": "Wed, 01 Jan 2025 10:00:00 GMT"}
            start, span = 0, self.headers.get("Range", "")
            if span.startswith("bytes=") and self.headers.get("If-Range") == tag:
                start = int(span[6:].split("-")[0])
                end = span[6:].split("-")[1]
                last = min(int(end), len(content) - 1) if end else len(content) - 1
                told |= {"Content-Range": f"bytes {start}-{last}/{len(content)}"}
                body = content[start : last + 1]
            else:
                body = content
            self._head(206 if "Content-Range" in told else 200, {**told, "Content-Length": str(len(body))})
            if site.cut.get(path):
                self.wfile.write(body[: site.cut[path].pop(0)])
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
                return
            for rank in range(0, len(body), 1 if path in site.drip else len(body) or 1):
                try:
                    self.wfile.write(body[rank : rank + 1] if path in site.drip else body)
                except OSError:
                    return
                time.sleep(site.drip.get(path, 0))

    return Handler


@contextmanager
def serving(site: Site, wrap=None) -> Iterator[Site]:
    """Serve a site on a free port of this machine until the block ends; ``wrap`` may secure its socket."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site, wrap))
    server.daemon_threads = True
    server.handle_error = lambda *words: None  # a client that does not trust the certificate leaves
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        site.address = f"http{'s' if wrap else ''}://127.0.0.1:{server.server_port}"
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
