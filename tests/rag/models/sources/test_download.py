from __future__ import annotations

import socket
import time
from pathlib import Path

import httpx
import pytest

from rag.models.sources.download import Patience, _client, download
from rag.models.sources.weight_source import ModelFile, SourceUnavailable, silent

CONTENT = bytes(range(256)) * 40
PATH = "/weights.bin"


@pytest.fixture
def weights(pin) -> ModelFile:
    return pin("weights.bin", CONTENT)


def test_a_file_arrives_whole(file_server, weights, tmp_path: Path) -> None:
    file_server.files[PATH] = CONTENT
    seen: list[tuple[str, int, int]] = []

    download(file_server.url + PATH, weights, tmp_path / "weights.bin", lambda *call: seen.append(call))

    assert (tmp_path / "weights.bin").read_bytes() == CONTENT
    assert seen[-1] == ("weights.bin", 10240, 10240)
    assert [path.name for path in tmp_path.iterdir()] == ["weights.bin"]


def test_a_cut_transfer_is_taken_up_where_it_broke(file_server, weights, tmp_path: Path) -> None:
    file_server.files[PATH] = CONTENT
    file_server.cuts = [1000, 3000]

    download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert (tmp_path / "weights.bin").read_bytes() == CONTENT
    assert file_server.ranges == ["bytes=0-", "bytes=1000-", "bytes=4000-"]


def test_an_interrupted_process_is_gone_on_with(file_server, weights, tmp_path: Path) -> None:
    file_server.files[PATH] = CONTENT
    (tmp_path / "weights.bin.part").write_bytes(CONTENT[:10000])

    download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert (tmp_path / "weights.bin").read_bytes() == CONTENT
    assert file_server.ranges == ["bytes=10000-"]


def test_a_complete_part_is_not_fetched_again(file_server, weights, tmp_path: Path) -> None:
    (tmp_path / "weights.bin.part").write_bytes(CONTENT)

    download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert (tmp_path / "weights.bin").read_bytes() == CONTENT
    assert file_server.paths == []


def test_a_server_without_ranges_starts_over(file_server, weights, tmp_path: Path) -> None:
    file_server.files[PATH] = CONTENT
    file_server.honours_ranges = False
    (tmp_path / "weights.bin.part").write_bytes(CONTENT[:5000])

    download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert (tmp_path / "weights.bin").read_bytes() == CONTENT


def test_a_part_of_something_else_is_thrown_away(file_server, weights, tmp_path: Path) -> None:
    file_server.files[PATH] = CONTENT
    (tmp_path / "weights.bin.part").write_bytes(b"x" * 5000)

    download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert (tmp_path / "weights.bin").read_bytes() == CONTENT
    assert file_server.ranges == ["bytes=5000-", "bytes=0-"]


def test_other_bytes_are_refused_and_leave_nothing(file_server, weights, tmp_path: Path) -> None:
    file_server.files[PATH] = CONTENT[::-1]

    with pytest.raises(SourceUnavailable, match="has SHA-256"):
        download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert list(tmp_path.iterdir()) == []


def test_more_bytes_than_pinned_are_not_written(file_server, weights, tmp_path: Path) -> None:
    file_server.files[PATH] = CONTENT * 3

    with pytest.raises(SourceUnavailable, match="longer there than 10240"):
        download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_a_refusal_is_named_at_once(file_server, weights, tmp_path: Path, status: int) -> None:
    file_server.status = status

    with pytest.raises(SourceUnavailable, match=f"answered {status}"):
        download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert len(file_server.paths) == 1


def test_a_silent_server_is_given_up(file_server, weights, tmp_path: Path) -> None:
    file_server.files[PATH] = CONTENT
    file_server.delay_s = 1.0
    started = time.monotonic()

    with pytest.raises(SourceUnavailable, match=r"did not answer within 0\.2 s"):
        download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent, Patience(answer_s=0.2))

    assert time.monotonic() - started < 0.9


def test_a_closed_port_is_given_up(weights, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]

    with pytest.raises(SourceUnavailable, match="refused"):
        download(f"http://127.0.0.1:{port}{PATH}", weights, tmp_path / "weights.bin", silent)


def test_transfers_that_bring_nothing_end(file_server, weights, tmp_path: Path) -> None:
    file_server.files[PATH] = CONTENT
    file_server.cuts = [10, 0, 10]

    with pytest.raises(SourceUnavailable):
        download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert (tmp_path / "weights.bin.part").read_bytes() == CONTENT[:10]


@pytest.mark.parametrize("elsewhere", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_only_http_is_followed(file_server, weights, tmp_path: Path, elsewhere: str) -> None:
    file_server.redirects[PATH] = elsewhere

    with pytest.raises(SourceUnavailable):
        download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)


def test_redirects_in_a_circle_end(file_server, weights, tmp_path: Path) -> None:
    file_server.redirects[PATH] = PATH

    with pytest.raises(SourceUnavailable, match="redirects"):
        download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert set(file_server.ranges) == {"bytes=0-"}


def test_a_redirect_to_the_file_is_followed(file_server, weights, tmp_path: Path) -> None:
    file_server.files["/cdn"] = CONTENT
    file_server.redirects[PATH] = "/cdn"

    download(file_server.url + PATH, weights, tmp_path / "weights.bin", silent)

    assert (tmp_path / "weights.bin").read_bytes() == CONTENT


def test_https_is_not_left_for_http() -> None:
    with _client("https://localhost/weights.bin", Patience()) as client, pytest.raises(httpx.UnsupportedProtocol):
        client.get("http://localhost/weights.bin")
