"""A file is brought whole or refused in a sentence, whatever the server and the network do."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import socket
import ssl
import subprocess

import pytest
from fetch_factory import Site, serving

from atlas.errors import AtlasError
from atlas.fetch.transfer import Patience, receive

CONTENT = random.Random(3).randbytes(300_000)
PATH = "/data/fichier.bin"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def waits():
    return []


@pytest.fixture
def patience(waits):
    return Patience(read=0.6, tries=4, pause=0.0, most=5.0, window=0.4, wait=waits.append)


def refusal(code, *words, **options):
    with pytest.raises(AtlasError) as raised:
        receive(*words, **options)
    (fault,) = raised.value.faults
    assert fault.code == code, fault
    return fault


def test_a_file_comes_whole_with_its_day_and_digest(tmp_path, patience):
    with serving(Site({PATH: CONTENT})) as site:
        got = receive(site.address + PATH, tmp_path / "a" / "x.bin", patience=patience)
    assert got.path.read_bytes() == CONTENT and got.size == len(CONTENT)
    assert got.sha256 == hashlib.sha256(CONTENT).hexdigest() and got.modified == "2025-01-01"
    assert [path.name for path in got.path.parent.iterdir()] == ["x.bin"]


def test_cut_twice_it_goes_on_where_it_was(tmp_path, patience):
    with serving(Site({PATH: CONTENT}, cut={PATH: [100_000, 50_000]})) as site:
        got = receive(site.address + PATH, tmp_path / "x.bin", patience=patience)
        asked = [headers.get("Range") for headers in site.requests(PATH)]
    assert got.path.read_bytes() == CONTENT
    assert asked == [None, "bytes=100000-", "bytes=150000-"]


def test_a_later_run_goes_on_where_the_former_was_cut(tmp_path, patience):
    target = tmp_path / "x.bin"
    with serving(Site({PATH: CONTENT}, cut={PATH: [90_000] + [0] * 3})) as site:
        told = refusal("RESEAU-TRONQUE", site.address + PATH, target, patience=patience)
        assert "90\u202f000 octets reçus sur 300\u202f000" in told.what and not target.exists()
        receive(site.address + PATH, target, patience=patience)
        assert site.requests(PATH)[-1]["Range"] == "bytes=90000-"
    assert target.read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_taken_again_from_its_start(tmp_path, patience):
    target, newer = tmp_path / "x.bin", CONTENT[::-1]
    with serving(Site({PATH: CONTENT}, cut={PATH: [90_000] + [0] * 3})) as site:
        refusal("RESEAU-TRONQUE", site.address + PATH, target, patience=patience)
        site.files[PATH] = newer
        receive(site.address + PATH, target, patience=patience)
    assert target.read_bytes() == newer


def test_what_has_no_tag_is_never_pieced_together(tmp_path, patience):
    with serving(Site({PATH: CONTENT}, cut={PATH: [90_000]}, untold={PATH})) as site:
        receive(site.address + PATH, tmp_path / "x.bin", patience=patience)
        assert [headers.get("Range") for headers in site.requests(PATH)] == [None, None]
    assert (tmp_path / "x.bin").read_bytes() == CONTENT


def test_redirects_are_followed_but_never_out_of_the_web(tmp_path, patience):
    with serving(Site({PATH: CONTENT}, moved={"/a": "/b", "/b": PATH})) as site:
        assert receive(site.address + "/a", tmp_path / "x.bin", patience=patience).size == len(CONTENT)
        for away in ("file:///etc/passwd", "ftp://127.0.0.1/x"):
            site.moved["/a"] = away
            refusal("RESEAU-ADRESSE", site.address + "/a", tmp_path / "y.bin", patience=patience)
    refusal("RESEAU-ADRESSE", "file:///etc/passwd", tmp_path / "y.bin", patience=patience)
    assert not (tmp_path / "y.bin").exists()


def test_what_is_not_there_is_said_with_the_page_of_its_producer(tmp_path, patience):
    with serving(Site()) as site:
        told = refusal("RESEAU-ABSENT", site.address + PATH, tmp_path / "x", "https://exemple.fr", patience=patience)
        assert len(site.asked) == 1, "asking again would not help"
    assert "https://exemple.fr" in told.remedy


def test_a_busy_server_is_asked_again_as_it_asks_and_not_for_ever(tmp_path, patience, waits):
    with serving(Site({PATH: CONTENT}, busy={PATH: 2}, after="3")) as site:
        receive(site.address + PATH, tmp_path / "x.bin", patience=patience)
        assert waits == [3.0, 5.0] and len(site.asked) == 3
        site.busy[PATH], site.after = 99, "4000"
        waits.clear()
        refusal("RESEAU-OCCUPE", site.address + PATH, tmp_path / "y.bin", patience=patience)
        assert waits == [5.0, 5.0, 5.0], "never longer than the patience"


def test_a_wrong_checksum_is_refused_and_nothing_is_kept(tmp_path, patience):
    with serving(Site({PATH: CONTENT})) as site:
        right = ("sha1", hashlib.sha1(CONTENT).hexdigest().upper())
        receive(site.address + PATH, tmp_path / "x.bin", patience=patience, checksum=right)
        wrong = ("sha256", "0" * 64)
        refusal("RESEAU-EMPREINTE", site.address + PATH, tmp_path / "y.bin", patience=patience, checksum=wrong)
    assert [path.name for path in tmp_path.iterdir()] == ["x.bin"]


def test_a_server_that_drips_or_keeps_silent_is_left(tmp_path, patience):
    with serving(Site({PATH: CONTENT}, drip={PATH: 0.02})) as site:
        refusal("RESEAU-LENT", site.address + PATH, tmp_path / "x.bin", patience=patience)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        refusal("RESEAU-LENT", address, tmp_path / "y.bin", patience=Patience(read=0.2, tries=2, wait=lambda s: None))


def test_without_a_network_one_sentence_says_so(tmp_path, patience):
    for address in ("http://127.0.0.1:1/x", "https://nulle-part.invalid/x"):
        told = refusal("RESEAU-COUPE", address, tmp_path / "x", patience=patience)
        assert told.what.count(".") - address.count(".") <= 1 and "Aucun accès à" in told.what


def test_the_proxy_of_the_system_is_used(tmp_path, patience, monkeypatch):
    with serving(Site({PATH: CONTENT})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.address)
        receive(f"http://donnees.exemple.fr{PATH}", tmp_path / "x.bin", patience=patience)
        assert proxy.requests(PATH)[0]["Host"] == "donnees.exemple.fr"
        monkeypatch.setenv("no_proxy", "donnees.exemple.fr")
        refusal("RESEAU-COUPE", f"http://donnees.exemple.fr{PATH}", tmp_path / "y.bin", patience=patience)


def test_the_certificates_that_a_variable_names_are_trusted(tmp_path, patience, monkeypatch):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not there to make a certificate")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key", "-out", tmp_path / "cert.pem"]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key")
    with serving(Site({PATH: CONTENT}), lambda one: _secured(context, one)) as site:
        told = refusal("RESEAU-CERTIFICAT", site.address + PATH, tmp_path / "x.bin", patience=patience)
        assert "SSL_CERT_FILE" in told.remedy
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            with monkeypatch.context() as patch:
                patch.setenv(name, str(tmp_path / "cert.pem"))
                receive(site.address + PATH, tmp_path / "x.bin", patience=patience)
        open_site = f"http://127.0.0.1:9{PATH}"
        site.moved[PATH] = open_site
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        refusal("RESEAU-ADRESSE", site.address + PATH, tmp_path / "y.bin", patience=patience)


def _secured(context, one):
    try:
        return context.wrap_socket(one, server_side=True)
    except OSError:
        one.close()
        raise


def test_a_note_that_is_not_ours_changes_nothing(tmp_path, patience):
    (tmp_path / "x.bin.partiel").write_bytes(b"autre chose")
    (tmp_path / "x.bin.partiel.json").write_text(json.dumps(["?"]), "utf-8")
    with serving(Site({PATH: CONTENT})) as site:
        receive(site.address + PATH, tmp_path / "x.bin", patience=patience)
    assert (tmp_path / "x.bin").read_bytes() == CONTENT
