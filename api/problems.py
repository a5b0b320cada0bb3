"""Errors on the wire: every ChuchuError as RFC 9457 problem JSON, with its status decided here and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from operator import itemgetter

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.headers import HEADERS
from rag.errors import (
    ChuchuError,
    Conflict,
    DocumentDeleted,
    EmptyFile,
    FileRejected,
    FileTooLarge,
    MediaTypeMismatch,
    MediaTypeUnsupported,
    MessageLanguage,
    ModelError,
    NotFound,
    Rejected,
    RequestInvalid,
    Unavailable,
)

log = logging.getLogger("chuchu.api")

STATUS: dict[type[ChuchuError], int] = {
    ChuchuError: 500,
    NotFound: 404,
    DocumentDeleted: 410,
    Rejected: 422,
    EmptyFile: 400,
    FileTooLarge: 413,
    MediaTypeUnsupported: 415,
    MediaTypeMismatch: 415,
    FileRejected: 422,
    Conflict: 409,
    ModelError: 503,
    Unavailable: 503,
}
"""The status of an error is that of the nearest of its classes."""

MEDIA_TYPE = "application/problem+json"

_DEFECT = {
    "en": "An internal error occurred. It is in the server's log.",
    "zh": "服务器内部错误，详情见服务器日志。",
}


def status_of(error: ChuchuError) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: ChuchuError, language: MessageLanguage) -> dict[str, object]:
    """The problem document of an error. Its type is a URN: the code, which never changes, is the name of the kind."""
    return {
        "type": f"urn:chuchu:{error.code}",
        "title": error.code.replace("-", " ").capitalize(),
        "status": status_of(error),
        "detail": error.message(language),
        "code": error.code,
        "details": {name: value if _plain(value) else str(value) for name, value in error.details.items()},
    }


def reader_language(request: Request) -> MessageLanguage:
    """The one of Chinese and English that the client prefers; English where it wants neither."""
    ranges = (part.strip().partition(";") for part in request.headers.get("accept-language", "").lower().split(","))
    known = [(tag[:2], _quality(parameter)) for tag, _, parameter in ranges if tag.startswith(("zh", "en"))]
    language, quality = max(known, key=itemgetter(1), default=("en", 1.0))
    return "zh" if language == "zh" and quality > 0 else "en"


def _quality(parameter: str) -> float:
    """RFC 9110: `q=` and a number from 0 to 1; without it 1."""
    try:
        return float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0


def install_problem_handlers(app: FastAPI) -> None:
    app.add_exception_handler(ChuchuError, _chuchu_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _defect)


async def _chuchu_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ChuchuError)
    headers = {"Retry-After": "5"} if isinstance(error, Unavailable) else None
    document = problem(error, reader_language(request))
    return JSONResponse(document, status_of(error), headers=headers, media_type=MEDIA_TYPE)


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault['msg']}" for fault in error.errors()]
    return await _chuchu_error(request, RequestInvalid(reason="; ".join(faults)))


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _plain_problem("http-error", error.status_code, str(error.detail), error.headers)


async def _defect(request: Request, error: Exception) -> JSONResponse:
    """A defect of ours: the trace goes to the log and never to the client."""
    log.error("%s %s", request.method, request.url.path, exc_info=error)
    # Starlette answers defects outside of all middleware, so that nothing else would add these headers.
    return _plain_problem("internal-error", 500, _DEFECT[reader_language(request)], HEADERS)


def _plain_problem(code: str, status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    document = {
        "type": f"urn:chuchu:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "details": {},
    }
    return JSONResponse(document, status, headers=headers, media_type=MEDIA_TYPE)


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
