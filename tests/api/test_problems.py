from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from api import problems
from api.problems import install_problem_handlers, reader_language, status_of
from rag import errors
from rag.errors import ChuchuError, EmptyFile, IndexUnavailable, TextGarbled

STATUSES: dict[type[ChuchuError], int] = {
    errors.ChuchuError: 500,
    errors.InternalError: 500,
    errors.SettingsInvalid: 500,
    errors.NotFound: 404,
    errors.DocumentNotFound: 404,
    errors.VersionNotFound: 404,
    errors.PageNotFound: 404,
    errors.JobNotFound: 404,
    errors.FileNotFound: 404,
    errors.BlobNotFound: 404,
    errors.DocumentDeleted: 404,
    errors.Rejected: 422,
    errors.FileRejected: 422,
    errors.EmptyFile: 400,
    errors.FileTooLarge: 413,
    errors.MediaTypeUnsupported: 415,
    errors.MediaTypeMismatch: 415,
    errors.PasswordRequired: 422,
    errors.FileUnreadable: 422,
    errors.FileUnnamed: 422,
    errors.NoText: 422,
    errors.TextGarbled: 422,
    errors.ArchiveBomb: 422,
    errors.ParseTimeout: 422,
    errors.ParseMemory: 422,
    errors.ParserCrashed: 422,
    errors.QuestionRejected: 422,
    errors.SpanInvalid: 422,
    errors.DatasetInvalid: 422,
    errors.Conflict: 409,
    errors.IndexModelMismatch: 409,
    errors.StoreVersionMismatch: 409,
    errors.DataFolderInUse: 409,
    errors.PortInUse: 409,
    errors.ModelError: 503,
    errors.ModelUnknown: 503,
    errors.ModelMissing: 503,
    errors.ModelCorrupt: 503,
    errors.ModelUnreachable: 503,
    errors.ModelNoSpace: 503,
    errors.ModelUnloadable: 503,
    errors.Unavailable: 503,
    errors.IndexUnavailable: 503,
    errors.IndexDamaged: 503,
    errors.DatabaseUnavailable: 503,
    errors.BlobsUnavailable: 503,
    errors.ChatUnavailable: 503,
    errors.EmbedderUnavailable: 503,
    errors.ServerUnavailable: 503,
}


def replied(error: Exception, language: str = "") -> httpx.Response:
    """What a client gets from a route that raises the error."""
    app = FastAPI()
    install_problem_handlers(app)

    @app.get("/")
    async def route() -> None:
        raise error

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://chuchu") as http:
            return await http.get("/", headers={"Accept-Language": language})

    return asyncio.run(ask())


def all_errors(root: type[ChuchuError] = ChuchuError) -> list[type[ChuchuError]]:
    return [root, *(found for child in root.__subclasses__() for found in all_errors(child))]


@pytest.mark.parametrize("kind", [kind for kind in all_errors() if kind.__module__ == errors.__name__])
def test_every_error_has_its_status(kind: type[ChuchuError]) -> None:
    """A new error is placed here on purpose, not by inheritance alone."""
    assert status_of(kind()) == STATUSES[kind]


def test_a_problem_is_what_rfc_9457_says() -> None:
    reply = replied(TextGarbled(share=0.42))

    assert (reply.status_code, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert reply.json() == {
        "type": "urn:chuchu:text-garbled",
        "title": "Text garbled",
        "status": 422,
        "detail": "42% of the file's characters are unreadable. Export it again with embedded fonts or as UTF-8.",
        "code": "text-garbled",
        "details": {"share": 0.42},
    }


def test_a_problem_speaks_the_reader_s_language() -> None:
    assert replied(EmptyFile(), "zh-CN,zh;q=0.9").json()["detail"] == "文件为空。"
    assert replied(EmptyFile(), "en-GB").json()["detail"] == "The file is empty."


def test_who_may_come_again_is_told_when() -> None:
    assert replied(IndexUnavailable(where="x", reason="y")).headers["Retry-After"] == "5"
    assert "Retry-After" not in replied(EmptyFile()).headers


def test_a_defect_says_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    reply = replied(ZeroDivisionError("the password is 4711"))

    assert (reply.status_code, reply.json()["code"]) == (500, "internal-error")
    assert "4711" not in reply.text
    assert "4711" in caplog.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de,fr;q=0.5", "en"),
        ("zh-TW", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.2, zh;q=0.9", "zh"),
        ("de, ZH;q=0.1", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=nonsense, en;q=0.1", "en"),
    ],
)
def test_the_language_is_the_one_preferred(header: str, language: str) -> None:
    scope: dict[str, Any] = {"type": "http", "headers": [(b"accept-language", header.encode())]}

    assert reader_language(Request(scope)) == language


def test_details_that_json_cannot_hold_become_text() -> None:
    assert problems.problem(EmptyFile(path=["a"], size=3), "en")["details"] == {"path": "['a']", "size": 3}
