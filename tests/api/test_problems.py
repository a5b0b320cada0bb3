from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.requests import Request

from api.headers import HEADERS
from api.problems import MEDIA_TYPE, problem, reader_language, status_of
from rag.errors import (
    ChuchuError,
    DocumentNotFound,
    EmptyFile,
    FileTooLarge,
    IndexDamaged,
    IndexModelMismatch,
    InternalError,
    MediaTypeMismatch,
    MediaTypeUnsupported,
    ModelMissing,
    NoText,
    SettingsInvalid,
    SpanInvalid,
)
from tests.api.conftest import Api


def family(kind: type[ChuchuError]) -> Iterator[type[ChuchuError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


@pytest.mark.parametrize("kind", sorted(family(ChuchuError), key=lambda kind: kind.code), ids=lambda kind: kind.code)
def test_every_error_is_a_problem_in_the_readers_language(api: Api, kind: type[ChuchuError]) -> None:
    async def route() -> None:
        raise kind(reason="r")

    api.app.add_api_route(f"/raise/{kind.code}", route)
    english = api.get(f"/raise/{kind.code}")
    chinese = api.get(f"/raise/{kind.code}", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})

    for reply in (english, chinese):
        assert reply.status_code == status_of(kind()) == reply.json()["status"]
        assert reply.headers["content-type"] == MEDIA_TYPE
        assert (reply.json()["code"], reply.json()["type"]) == (kind.code, f"urn:chuchu:{kind.code}")
        assert reply.json()["details"] == {"reason": "r"}
    assert english.json()["detail"] == kind(reason="r").message("en")
    assert chinese.json()["detail"] == kind(reason="r").message("zh")
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese.json()["detail"])


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (InternalError, 500), (SettingsInvalid, 500), (DocumentNotFound, 404), (EmptyFile, 400), (FileTooLarge, 413),
        (MediaTypeUnsupported, 415), (MediaTypeMismatch, 415), (NoText, 422), (SpanInvalid, 422),
        (IndexModelMismatch, 409), (ModelMissing, 503), (IndexDamaged, 503),
    ],
)  # fmt: skip
def test_the_status_is_that_of_the_nearest_class(kind: type[ChuchuError], status: int) -> None:
    assert status_of(kind()) == status


def test_what_may_pass_says_when_to_try_again(api: Api) -> None:
    async def route() -> None:
        raise IndexDamaged(where="here", reason="r")

    api.app.add_api_route("/raise-unavailable", route)

    assert api.get("/raise-unavailable").headers["retry-after"] == "5"


def test_a_defect_says_nothing_of_itself(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    async def route() -> None:
        raise ZeroDivisionError("the secret reason")

    api.app.add_api_route("/raise-defect", route)
    reply = api.get("/raise-defect", headers={"Accept-Language": "zh"})

    assert (reply.status_code, reply.headers["content-type"]) == (500, MEDIA_TYPE)
    assert reply.json()["code"] == "internal-error"
    assert reply.json()["detail"] == "服务器内部错误，详情见服务器日志。"
    assert "secret" not in reply.text
    assert "the secret reason" in caplog.text
    assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS


def test_an_invalid_request_names_the_entry(api: Api) -> None:
    reply = api.post("/v1/search", json={"query": "leave", "limit": 0}, headers={"Accept-Language": "zh"})

    assert (reply.status_code, reply.headers["content-type"]) == (422, MEDIA_TYPE)
    assert reply.json()["code"] == "request-invalid"
    assert reply.json()["detail"].startswith("请求无效：limit: ")


def test_unknown_paths_and_methods_are_problems(api: Api) -> None:
    nowhere = api.get("/v1/nothing")
    not_so = api.ask("PATCH", "/v1/search")

    assert (nowhere.status_code, nowhere.headers["content-type"]) == (404, MEDIA_TYPE)
    assert (not_so.status_code, not_so.json()["code"], not_so.headers["allow"]) == (405, "http-error", "POST")


def test_a_detail_that_json_lacks_is_shown_as_text() -> None:
    assert problem(NoText(path={"a"}), "en")["details"] == {"path": "{'a'}"}
    assert json.dumps(problem(NoText(share=0.5), "en"))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("zh", "zh"), ("zh-Hant-TW", "zh"), ("fr, zh", "zh"), ("fr", "en"), ("en, zh", "en"),
        ("en;q=0.5, zh;q=0.9", "zh"), ("zh;q=0", "en"), ("zh;q=high, en;q=0.1", "en"),
    ],
)  # fmt: skip
def test_the_reader_chooses_the_language(header: str, language: str) -> None:
    request = Request({"type": "http", "headers": [(b"accept-language", header.encode())]})

    assert reader_language(request) == language
