"""Real processes, files that really hang, crash or swell them, and a parent that really dies."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
import zlib
from pathlib import Path
from typing import Any

import pytest

import ingest
from ingest.parsing.records import PageRead, ParseLimits, Recognition
from ingest.parsing.resident import resident_bytes
from ingest.parsing.sandbox import ParserPool
from rag.errors import EmptyFile, PageNotFound, ParseMemory, ParserCrashed, ParseTimeout

ROOT = Path(ingest.__file__).parents[1]


def children() -> list[int]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in listed.split()]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def wait_until(condition: Any, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def stream_bomb(pdf: Any, path: Path) -> Path:
    """Drawing commands for a hundred megabytes, deflated to a few hundred kilobytes."""
    stream = zlib.compress(b"0 0 m 9 9 l S " * 8_000_000, 9)
    plain = pdf.pdf_of("MARK")
    path.write_bytes(
        plain.replace(
            b"<</Length 4>>stream\nMARK", b"<</Length %d/Filter/FlateDecode>>stream\n%s" % (len(stream), stream)
        )
    )
    return path


@pytest.fixture
def hello(tmp_path: Path, pdf: Any) -> Path:
    path = tmp_path / "hello"
    path.write_bytes(pdf.pdf_of(pdf.text_at(50, 700, "hello")))
    return path


def test_parses_renders_and_passes_errors_on(hello: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()

    async def scenario() -> None:
        async with ParserPool(ParseLimits()) as pool:
            assert (await pool.parse(hello, "hello.pdf")).document.text == "hello"
            assert (await pool.render_page(hello, 1, scale=1)).startswith(b"\x89PNG")
            with pytest.raises(EmptyFile):
                await pool.parse(empty, "empty.txt")
            with pytest.raises(PageNotFound) as caught:
                await pool.render_page(hello, 7)
            assert caught.value.details == {"page": 7, "pages": 1}
            assert len(children()) == 1, "one process served them all"

    asyncio.run(scenario())
    assert children() == []


def test_a_pdf_loads_none_of_the_heavy_libraries(hello: Path) -> None:
    program = f"""
        import sys
        from pathlib import Path
        from ingest.parsing.parser import parse
        from ingest.parsing.records import ParseLimits
        parse(Path({str(hello)!r}), "a.pdf", ParseLimits())
        assert not {{"unstructured", "spacy", "torch", "pandas"}} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, env={"PYTHONPATH": str(ROOT)})


def test_office_files_parse_without_a_warm_up_and_without_network(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_text(
        "<html><body><h1>标题</h1><p>A sentence. Another one.</p><img src='http://127.0.0.1:9/'></body></html>"
    )

    async def scenario() -> str:
        async with ParserPool(ParseLimits()) as pool:
            return (await pool.parse(page, "page.html")).document.text

    assert asyncio.run(scenario()) == "标题\n\nA sentence. Another one."


def test_a_file_that_takes_too_long_is_given_up_and_the_pool_goes_on(tmp_path: Path, pdf: Any, hello: Path) -> None:
    bomb = stream_bomb(pdf, tmp_path / "bomb")

    async def scenario() -> None:
        async with ParserPool(ParseLimits(timeout_s=1.5)) as pool:
            began = time.monotonic()
            with pytest.raises(ParseTimeout):
                await pool.parse(bomb, "bomb.pdf")
            assert time.monotonic() - began < 8
        async with ParserPool(ParseLimits()) as pool:
            assert (await pool.parse(hello, "hello.pdf")).document.text == "hello"

    asyncio.run(scenario())


def test_a_file_that_swells_is_stopped(tmp_path: Path, pdf: Any, hello: Path) -> None:
    bomb = stream_bomb(pdf, tmp_path / "bomb")

    async def scenario() -> None:
        async with ParserPool(ParseLimits(memory_bytes=250 * 1024**2)) as pool:
            with pytest.raises((ParseMemory, ParserCrashed)):
                await pool.parse(bomb, "bomb.pdf")
            assert (await pool.parse(hello, "hello.pdf")).document.text == "hello"

    asyncio.run(scenario())


def test_a_process_killed_at_work_is_replaced_once_then_named(tmp_path: Path, pdf: Any) -> None:
    bomb = stream_bomb(pdf, tmp_path / "bomb")
    killed: set[int] = set()

    async def kill_all(times: int) -> None:
        while len(killed) < times:
            for pid in children():
                if pid not in killed and resident_bytes(pid) > 60 * 1024**2:
                    os.kill(pid, signal.SIGKILL)
                    killed.add(pid)
            await asyncio.sleep(0.02)

    async def scenario() -> None:
        async with ParserPool(ParseLimits()) as pool:
            killer = asyncio.create_task(kill_all(2))
            with pytest.raises(ParserCrashed, match="SIGKILL"):
                await pool.parse(bomb, "bomb.pdf")
            await killer

    asyncio.run(scenario())
    assert len(killed) == 2


def test_a_process_that_died_idle_is_not_noticed(hello: Path) -> None:
    async def scenario() -> None:
        async with ParserPool(ParseLimits()) as pool:
            await pool.parse(hello, "hello.pdf")
            os.kill(children()[0], signal.SIGKILL)
            assert (await pool.parse(hello, "hello.pdf")).document.text == "hello"

    asyncio.run(scenario())


def test_a_replacement_is_warm_before_its_file_is_timed(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_text("<html><p>Words.</p></html>")

    async def scenario() -> str:
        # Loading unstructured takes several times this limit.
        async with ParserPool(ParseLimits(timeout_s=1.0)) as pool:
            await pool.warm()
            os.kill(children()[0], signal.SIGKILL)
            return (await pool.parse(page, "page.html")).document.text

    assert asyncio.run(scenario()) == "Words."


def test_a_pool_whose_libraries_do_not_load_still_parses_pdfs(hello: Path) -> None:
    async def scenario() -> str:
        async with ParserPool(ParseLimits(memory_bytes=120 * 1024**2)) as pool:
            await pool.warm()
            return (await pool.parse(hello, "hello.pdf")).document.text

    assert asyncio.run(scenario()) == "hello"


def test_giving_up_on_a_parse_ends_its_process(tmp_path: Path, pdf: Any, hello: Path) -> None:
    bomb = stream_bomb(pdf, tmp_path / "bomb")

    async def scenario() -> None:
        async with ParserPool(ParseLimits()) as pool:
            task = asyncio.create_task(pool.parse(bomb, "bomb.pdf"))
            await asyncio.sleep(0.7)
            (first,) = children()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert not is_running(first)
            assert (await pool.parse(hello, "hello.pdf")).document.text == "hello"

    asyncio.run(scenario())


@pytest.mark.skipif(sys.platform != "linux", reason="parent-death signals are Linux's; run on Linux")
def test_children_die_with_a_parent_that_is_killed(hello: Path, tmp_path: Path) -> None:
    program = f"""
        import asyncio, os
        from pathlib import Path
        from ingest.parsing.records import ParseLimits
        from ingest.parsing.sandbox import ParserPool
        async def main():
            pool = ParserPool(ParseLimits())
            await pool.parse(Path({str(hello)!r}), "hello.pdf")
            print(open(f"/proc/{{os.getpid()}}/task/{{os.getpid()}}/children").read(), flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
        parent.wait()

    assert wait_until(lambda: not is_running(child), seconds=5)


def test_a_confined_process_reaches_no_network() -> None:
    program = """
        import os, socket
        from ingest.parsing.confinement import confine
        confine(1 << 30, 1 << 20, os.getppid())
        for attempt in (lambda: socket.create_connection(("127.0.0.1", 9)), lambda: socket.socket().connect(("::1", 9)),
                        lambda: socket.getaddrinfo("localhost", 80)):
            try:
                attempt()
            except PermissionError:
                continue
            raise SystemExit("connected")
        try:
            open("big", "wb").write(bytes(2 << 20))
        except OSError:
            raise SystemExit(0)
        raise SystemExit("wrote beyond the limit")
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, env={"PYTHONPATH": str(ROOT)})


def test_a_child_sees_no_keys(monkeypatch: pytest.MonkeyPatch, hello: Path) -> None:
    monkeypatch.setenv("CHUCHU_CHAT__API_KEY", "secret")

    async def scenario() -> bytes:
        async with ParserPool(ParseLimits()) as pool:
            await pool.parse(hello, "hello.pdf")
            return environment(children()[0])

    assert b"PYTHONSAFEPATH" in asyncio.run(scenario())
    assert b"secret" not in asyncio.run(scenario())


def test_recognised_pages_are_reported_from_the_process(tmp_path: Path) -> None:
    from PIL import Image, ImageDraw

    path = tmp_path / "scan.png"
    picture = Image.new("RGB", (400, 120), "white")
    ImageDraw.Draw(picture).text((20, 40), "Forty bolts", "black", font_size=40)
    picture.save(path)
    heard: list[PageRead] = []

    async def scenario() -> str:
        async with ParserPool(ParseLimits(), recognition=Recognition(cache_folder=str(tmp_path / "kept"))) as pool:
            return (await pool.parse(path, path.name, heard.append)).document.text

    assert asyncio.run(scenario()) == "Forty bolts"
    assert heard == [PageRead(1, 1, recognised=True)]
    assert len(list((tmp_path / "kept").iterdir())) == 1
