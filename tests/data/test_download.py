"""Downloads without a network: requests' own redirects and errors, answers from a table instead of a wire."""

from __future__ import annotations

import hashlib
import io
import logging
import re
import socket
import tempfile
import threading
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

from recsys.data import download
from recsys.data.download import BY_HAND, REMOTES, Remote, fetch
from recsys.errors import DataError, DownloadError

FILE = b"the bytes of a zip"
PUBLISHER, MIRROR = Remote("", has_mirror=True).addresses("ml-tiny")


class Web:
    """Addresses and what they answer: bytes, a status, an exception, or an address to go to."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | int | Exception | str] = {}
        self.requested: list[str] = []
        self.options: list[dict[str, object]] = []

    def send(self, _adapter: HTTPAdapter, request: requests.PreparedRequest, **options: object) -> requests.Response:
        self.requested.append(request.url)
        self.options.append(options)
        answer = self.answers.get(request.url, requests.exceptions.ConnectionError("unreachable"))
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.request, response.url, response.raw = request, request.url, io.BytesIO()
        response.status_code = 200
        if isinstance(answer, bytes):
            response.raw = io.BytesIO(answer)
        elif isinstance(answer, int):
            response.status_code, response.reason = answer, "Not Found"
        else:
            response.status_code, response.headers["location"] = 302, answer
        return response


@pytest.fixture
def web(monkeypatch, tmp_path) -> Web:
    """No wire, an empty cache, and one data set called ml-tiny."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    table = Web()
    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(HTTPAdapter, "send", lambda *args, **options: table.send(*args, **options))
    monkeypatch.setattr(download, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setitem(REMOTES, "ml-tiny", Remote(hashlib.sha256(FILE).hexdigest(), has_mirror=True))
    return table


def failure() -> str:
    with pytest.raises(DownloadError) as caught:
        fetch("ml-tiny")
    return str(caught.value)


def test_a_download_is_kept_and_then_needs_no_network(web, tmp_path):
    web.answers[PUBLISHER] = FILE
    path = fetch("ml-tiny")
    assert path.read_bytes() == FILE
    assert path.parent == tmp_path / "cache"
    web.answers.clear()
    assert fetch("ml-tiny") == path
    assert web.requested == [PUBLISHER]


def test_certificates_are_checked_and_every_wait_ends(web):
    web.answers[PUBLISHER] = FILE
    fetch("ml-tiny")
    assert web.options[0]["verify"] is not False
    assert web.options[0]["timeout"] == download.TIMEOUT


def test_the_licence_is_noted_once_before_a_download_and_not_for_a_kept_copy(web, caplog):
    web.answers[MIRROR] = FILE
    with caplog.at_level(logging.INFO, logger="recsys"):
        fetch("ml-tiny")
        fetch("ml-tiny")
    assert [record.getMessage() for record in caplog.records].count(download.LICENCE_NOTE) == 1
    assert caplog.records[0].getMessage() == download.LICENCE_NOTE


@pytest.mark.parametrize("answer", [requests.exceptions.SSLError("certificate has expired"), b"another file"])
def test_the_second_source_is_tried_if_the_first_fails(web, answer):
    web.answers |= {PUBLISHER: answer, MIRROR: FILE}
    assert fetch("ml-tiny").read_bytes() == FILE
    assert web.requested == [PUBLISHER, MIRROR]


def test_when_all_fail_each_reason_and_the_remedy_are_named(web):
    web.answers |= {PUBLISHER: requests.exceptions.SSLError("expired"), MIRROR: 404}
    assert failure() == (
        "ml-tiny could not be downloaded: files.grouplens.org: its certificate could not be verified; "
        "huggingface.co: 404 Client Error: Not Found (fetch ml-tiny.zip by hand and give its path with --data, or "
        "use --data sample)"
    )


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (requests.exceptions.ConnectionError("unreachable"), "no connection"),
        (requests.exceptions.ConnectTimeout("slow"), "no answer within 5 seconds"),
        (requests.exceptions.ReadTimeout("slow"), "no answer within 5 seconds"),
        (requests.exceptions.TooManyRedirects("round and round"), "the download broke off (TooManyRedirects)"),
    ],
)
def test_a_source_that_fails_is_named_with_the_reason(web, error, reason):
    web.answers[PUBLISHER] = error
    assert f"files.grouplens.org: {reason}; huggingface.co: no connection" in failure()


def test_a_wrong_hash_leaves_nothing_behind(web, tmp_path):
    web.answers |= {PUBLISHER: b"changed", MIRROR: b"changed too"}
    assert "files.grouplens.org: the file's hash is not the pinned one; huggingface.co: the file's hash" in failure()
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_set_that_its_publisher_renews_says_so(web, monkeypatch):
    monkeypatch.setitem(REMOTES, "ml-tiny", Remote("0" * 64, note="the publisher renews it"))
    web.answers[PUBLISHER] = FILE
    assert "the file's hash is not the pinned one: the publisher renews it (fetch" in failure()
    assert web.requested == [PUBLISHER]


def test_a_kept_copy_that_was_damaged_is_fetched_again(web):
    web.answers[PUBLISHER] = FILE
    path = fetch("ml-tiny")
    path.write_bytes(b"damaged")
    assert fetch("ml-tiny").read_bytes() == FILE


def test_an_endless_file_is_cut_off(web, monkeypatch):
    monkeypatch.setattr(download, "MAX_BYTES", 10)
    web.answers[PUBLISHER] = FILE
    assert "files.grouplens.org: the download broke off" in failure()


@pytest.mark.parametrize("folder", ["file/cache", "file", "~/.cache"])
def test_where_the_cache_cannot_be_written_the_download_is_for_this_build_alone(
    web, monkeypatch, tmp_path, caplog, folder
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)
    path = Path(folder) if folder.startswith("~") else tmp_path / folder
    monkeypatch.setattr(download, "cache_folder", lambda: path)
    web.answers[PUBLISHER] = FILE
    assert fetch("ml-tiny").read_bytes() == FILE
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1
    assert f"{path}: cannot be written" in caplog.text
    assert not (tmp_path / "~").exists()


def test_a_disk_that_fills_up_during_the_download_is_an_error(web, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    web.answers[PUBLISHER] = FILE
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        message = failure()
    assert "files.grouplens.org" in message and "could not be written: No space left on device" in message


def test_a_name_that_cannot_be_looked_up_does_not_hold_up_the_build(web, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.05)
    looked_up = threading.Event()  # the system's name look-up has no time-out of its own
    web.send = lambda *_, **__: looked_up.wait(60)
    assert "no answer within 0.05 seconds" in failure()
    looked_up.set()


def test_a_name_that_is_unknown_lists_the_known_ones():
    with pytest.raises(DataError, match=r"is called 'ml-1n' \(did you mean 'ml-1m'\? known: ml-100k, ml-1m"):
        fetch("ml-1n")


@pytest.mark.parametrize("name", list(REMOTES))
def test_every_data_set_has_a_pinned_hash_and_https_addresses(name):
    assert re.fullmatch("[0-9a-f]{64}", REMOTES[name].sha256)
    assert all(address.startswith("https://") and name in address for address in REMOTES[name].addresses(name))


def test_a_set_is_downloaded_or_fetched_by_hand():
    assert set(REMOTES) == {"ml-100k", "ml-1m", "ml-20m", "ml-25m", "ml-latest-small"}
    assert set(BY_HAND) == {"ml-10m", "ml-32m"}


def test_the_cache_is_the_users_own():
    assert "marquee" in download.cache_folder().parts
    assert download.cache_folder().is_absolute()
    assert Path.cwd() not in download.cache_folder().parents
