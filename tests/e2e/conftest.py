"""A browser, and the page in front of a service that plays scripts.

The scripts are made of the wire's own schemas, so that they cannot drift from what the service sends. Point `page_url`
at a running `chuchu serve` to drive the real thing.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Form, Request, UploadFile
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pydantic import BaseModel

from api.schemas import (
    AnswerIn,
    AnswerOut,
    BoxOut,
    CheckOut,
    CitationOut,
    ConflictOut,
    ConflictSideOut,
    DocumentListOut,
    DocumentOut,
    FailureOut,
    JobOut,
    PassageOut,
    ProblemOut,
    RefusalOut,
    SentenceOut,
    SpanOut,
    StepOut,
    SubmissionOut,
    UsageOut,
    VersionOut,
)

WEB = Path(__file__).parents[2] / "api" / "web"
CONTENT_SECURITY_POLICY = "default-src 'self'; img-src 'self' blob: data:"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
GATE = ("gate", None)  # the stream waits here until the test opens the gate

HANDBOOK_TEXT = (
    "第三章 休假\n员工每年享有十五天带薪年假。"
    "年假可以结转至次年三月三十一日，逾期作废。\U00020bb7野家除外。病假另行规定。"
)
REPORT_TEXT = "Revenue rose 12.4 % to 318 million yuan in 2025. <b>Staff</b> costs were flat. The outlook is unchanged."

Event = tuple[str, Any]


def span_of(text: str, words: str) -> SpanOut:
    start = text.index(words)
    return SpanOut(start=start, end=start + len(words))


def passage(identity: str, title: str, text: str, language: Any, pages: list[int], rank: int) -> PassageOut:
    return PassageOut(
        id=f"passage-{identity}",
        document_id=f"document-{identity}",
        version_id=f"version-{identity}",
        collection="default",
        title=title,
        uri=f"file:///shared/{title}",
        span=SpanOut(start=0, end=len(text)),
        text=text,
        context=f"{title} › 3",
        language=language,
        pages=pages,
        score=1.0 / rank,
        rank=rank,
        why={"dense:zh": 0.8},
    )


HANDBOOK = passage("handbook", "员工手册（2026 年版）.md", HANDBOOK_TEXT, "zh", [], 2)
REPORT = passage("report", "Annual Report 2025.pdf", REPORT_TEXT, "en", [3, 4], 1)


def citation(marker: int, source: PassageOut, quote: str, boxes: list[BoxOut]) -> CitationOut:
    span = span_of(source.text, quote)
    page = f"/v1/documents/{source.document_id}/versions/{source.version_id}/pages/3?start={span.start}&end={span.end}"
    return CitationOut(
        marker=marker,
        document_id=source.document_id,
        version_id=source.version_id,
        passage_id=source.id,
        title=source.title,
        uri=source.uri,
        span=span,
        quote=quote,
        pages=source.pages,
        boxes=boxes,
        page_url=page if source.pages else None,
    )


BOX = BoxOut(page=3, left=0.12, top=0.62, right=0.88, bottom=0.65)
REVENUE = citation(1, REPORT, "Revenue rose 12.4 % to 318 million yuan in 2025.", [BOX])
CARRY_OVER = citation(2, HANDBOOK, "年假可以结转至次年三月三十一日，逾期作废。\U00020bb7野家除外。", [])


def sentence(answer: str, marked: str, status: Any, markers: list[int]) -> SentenceOut:
    """Its span covers the marks, its own text has none."""
    passed = status == "supported"
    return SentenceOut(
        span=span_of(answer, marked),
        text=re.sub(r" ?\[\d+\]", "", marked),
        status=status,
        markers=markers,
        checks=[
            CheckOut(name="meaning", passed=True, detail="0.83 of 0.80"),
            CheckOut(name="quantities", passed=passed, detail="12.4 %" if passed else "15 ≠ 12.4"),
        ],
        score=0.83,
    )


CONFLICT = ConflictOut(
    kind="quantity",
    sides=[
        ConflictSideOut(citation=CARRY_OVER, stated="三月三十一日", date=NOW, is_date_stated=True),
        ConflictSideOut(citation=REVENUE, stated="318 million yuan", date=NOW, is_date_stated=False),
    ],
    newer_wins=True,
)


def answer(question: str, text: str, sentences: list[SentenceOut], **changes: Any) -> AnswerOut:
    fields: dict[str, Any] = {
        "question": question,
        "language": "en",
        "text": text,
        "mode": "generated",
        "sentences": sentences,
        "citations": [REVENUE, CARRY_OVER],
        "refusal": None,
        "dropped": [],
        "retrieved": [REPORT, HANDBOOK],
        "model": "qwen2.5-coder-1.5b-instruct-q4",
        "usage": UsageOut(prompt_tokens=812, completion_tokens=96),
        "timings": {"retrieved_s": 0.05, "first_token_s": 1.9, "first_sentence_s": 2.6, "finished_s": 3.4},
        "notices": [],
    }
    return AnswerOut(**(fields | changes))


ASKED_REVENUE = "How did revenue develop?"
ASKED_LEAVE = "年假可以结转吗？"
ASKED_EVERYTHING = "What do all the documents say?"
ASKED_UNKNOWN = "What is the chairman's favourite food?"
ASKED_BROKEN = "What happens when the model is down?"
ASKED_CUT = "What happens when the line is cut?"
ASKED_DRAFT = "How does a draft look?"
ASKED_FALLBACK = "年假有几天？"
ASKED_FOLLOW_UP = "And in 2024?"
ASKED_THOROUGH = "How did revenue develop in 2024 and in 2025?"


def revenue_script() -> list[Event]:
    text = (
        "\U0001f4c8 Revenue rose 12.4 % in 2025 [1].\n\nLeave carries over until 31 March [2]. "
        "Staff costs rose by 15 %. Revenue fell [1]."
    )
    sentences = [
        sentence(text, "\U0001f4c8 Revenue rose 12.4 % in 2025 [1].", "supported", [1]),
        sentence(text, "Leave carries over until 31 March [2].", "partial", [2]),
        sentence(text, "Staff costs rose by 15 %.", "unsupported", []),
        sentence(text, "Revenue fell [1].", "contradicted", [1]),
    ]
    kept_back = sentences[2].model_copy(update={"text": "Dividends doubled.", "span": SpanOut(start=0, end=0)})
    return [
        ("sources", {"passages": [REPORT, HANDBOOK]}),
        GATE,
        ("sentence", {"sentence": sentences[0], "citations": [REVENUE], "held_back": False}),
        ("sentence", {"sentence": kept_back, "citations": [], "held_back": True}),
        GATE,
        ("answer", {"answer": answer(ASKED_REVENUE, text, sentences, dropped=[kept_back])}),
    ]


def leave_script() -> list[Event]:
    text = "年假可以结转至次年三月三十一日，逾期作废[2]。员工每年享有十五天带薪年假[2]。"
    sentences = [
        sentence(text, "年假可以结转至次年三月三十一日，逾期作废[2]。", "supported", [2]),
        sentence(text, "员工每年享有十五天带薪年假[2]。", "supported", [2]),
    ]
    whole = answer(ASKED_LEAVE, text, sentences, language="zh", citations=[CARRY_OVER], mode="extractive")
    return [("sources", {"passages": [HANDBOOK, REPORT]}), ("answer", {"answer": whole})]


def refusal_script() -> list[Event]:
    refusal = RefusalOut(reason="no-evidence", message="The documents do not say what the chairman likes to eat.")
    refused = answer(ASKED_UNKNOWN, refusal.message, [], refusal=refusal, citations=[])
    return [("sources", {"passages": [REPORT, HANDBOOK]}), ("answer", {"answer": refused})]


def problem(code: str, detail: str, status: int = 503) -> ProblemOut:
    return ProblemOut(type=f"urn:chuchu:{code}", title=code, status=status, detail=detail, code=code, details={})


def draft_script() -> list[Event]:
    checked = sentence("Revenue rose.", "Revenue rose.", "supported", [1])
    return [
        ("sources", {"passages": [REPORT]}),
        ("delta", {"text": "Revenue rose. Costs"}),
        GATE,
        ("sentence", {"sentence": checked, "citations": [REVENUE], "held_back": False}),
        ("delta", {"text": " fell."}),
        GATE,
        ("answer", {"answer": answer(ASKED_DRAFT, "Revenue rose.", [checked], conflicts=[CONFLICT])}),
    ]


def fallback_script() -> list[Event]:
    """The chat model falls silent after its first sentence, and extracts start from the beginning."""
    text = "员工每年享有十五天带薪年假[1]。\n病假另行规定[2]。"
    extracts = [
        sentence(text, "员工每年享有十五天带薪年假[1]。", "supported", [1]),
        sentence(text, "病假另行规定[2]。", "supported", [2]),
    ]
    places = [CARRY_OVER.model_copy(update={"marker": 1}), CARRY_OVER]
    written = sentence("年假十五天[1]。", "年假十五天[1]。", "supported", [1])
    whole = answer(ASKED_FALLBACK, text, extracts, citations=places, mode="extractive", notices=["对话模型无响应。"])
    return [
        ("sources", {"passages": [HANDBOOK]}),
        ("sentence", {"sentence": written, "citations": [REVENUE], "held_back": False}),
        ("sentence", {"sentence": extracts[0], "citations": places[:1], "held_back": False}),
        ("sentence", {"sentence": extracts[1], "citations": places[1:], "held_back": False}),
        GATE,
        ("answer", {"answer": whole}),
    ]


def follow_up_script() -> list[Event]:
    """One place was cited before and keeps its number; the other is new."""
    text = "Leave carries over [2]. Staff costs were flat [3]."
    new = citation(3, REPORT, "<b>Staff</b> costs were flat.", [BOX])
    sentences = [
        sentence(text, "Leave carries over [2].", "supported", [2]),
        sentence(text, "Staff costs were flat [3].", "supported", [3]),
    ]
    understood = StepOut(kind="condense", text="How did revenue develop in 2024?", seconds=0.0, passages=0, by="rule")
    known = {"citations": [CARRY_OVER, new], "steps": [understood], "standalone_question": understood.text}
    whole = answer(ASKED_FOLLOW_UP, text, sentences, **known)
    return [
        ("step", {"step": understood}),
        ("sources", {"passages": [REPORT, HANDBOOK]}),
        ("answer", {"answer": whole}),
    ]


def thorough_script() -> list[Event]:
    parts = "Revenue in 2024?\nRevenue in 2025?"
    plan = StepOut(kind="plan", text=parts, seconds=0.0, passages=0, by="rule")
    search = StepOut(kind="search", text="Revenue in 2024?", seconds=0.1, passages=1, by="rule")
    checked = sentence("Revenue rose.", "Revenue rose.", "supported", [1])
    whole = answer(ASKED_THOROUGH, "Revenue rose.", [checked], steps=[plan, search], effort="deep")
    return [
        ("sources", {"passages": [REPORT]}),
        ("step", {"step": plan}),
        ("step", {"step": search}),
        ("sources", {"passages": [REPORT, HANDBOOK]}),
        GATE,
        ("answer", {"answer": whole}),
    ]


SCRIPTS: dict[str, list[Event]] = {
    ASKED_REVENUE: revenue_script(),
    ASKED_LEAVE: leave_script(),
    ASKED_UNKNOWN: refusal_script(),
    ASKED_BROKEN: [("problem", problem("chat-unavailable", "The chat model does not answer. Ask for quotes only."))],
    ASKED_CUT: [("sources", {"passages": [REPORT]})],
    ASKED_DRAFT: draft_script(),
    ASKED_FALLBACK: fallback_script(),
    ASKED_FOLLOW_UP: follow_up_script(),
    ASKED_THOROUGH: thorough_script(),
}


def version(source: PassageOut, pages: int, warnings: list[str]) -> VersionOut:
    return VersionOut(
        id=source.version_id,
        status="live",
        content_hash="0" * 64,
        parser="pdf-1",
        language=source.language,
        size_bytes=1_234_567,
        characters=20_000,
        pages=pages,
        passages=84,
        created_at=NOW,
        superseded_by=None,
        warnings=warnings,
    )


def job(document_id: str, name: str, status: Any, **changes: Any) -> JobOut:
    fields: dict[str, Any] = {
        "id": f"job-{document_id}",
        "document_id": document_id,
        "version_id": f"version-of-{document_id}",
        "collection": "default",
        "name": name,
        "status": status,
        "stage": "embed",
        "done": 12,
        "total": 40,
        "failure": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return JobOut(**(fields | changes))


def document(identity: str, title: str, media_type: str, **changes: Any) -> DocumentOut:
    fields: dict[str, Any] = {
        "id": identity,
        "collection": "default",
        "title": title,
        "uri": f"file:///shared/{title}",
        "media_type": media_type,
        "created_at": NOW,
        "metadata": {},
        "live_version": None,
        "job": None,
    }
    return DocumentOut(**(fields | changes))


def initial_documents() -> list[DocumentOut]:
    failure = FailureOut(
        code="password-required", message="The file is encrypted. Remove its password and add it again."
    )
    return [
        document("report", "Annual Report 2025.pdf", "application/pdf", live_version=version(REPORT, 112, [])),
        document(
            "handbook",
            "员工手册（2026 年版）.md",
            "text/markdown",
            collection="hr",
            live_version=version(HANDBOOK, 0, ["3 characters were replaced."]),
        ),
        document(
            "contract",
            "Contract.pdf",
            "application/pdf",
            job=job("contract", "Contract.pdf", "failed", failure=failure),
        ),
    ]


@dataclass
class ScriptedService:
    """What the page's service knows and was asked. `gate` lets a held stream go on."""

    documents: list[DocumentOut] = field(default_factory=initial_documents)
    questions: list[AnswerIn] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    uploads: list[tuple[str, str | None]] = field(default_factory=list)
    polls: int = 0
    gate: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    page_images_fail: bool = False
    version_status: str = "live"

    async def events(self, question: AnswerIn) -> AsyncIterator[bytes]:
        yield b": keep the connection open\n\n"
        for name, data in SCRIPTS[question.question]:
            if name == "gate":
                await self._passed_gate()
            else:
                yield f"event: {name}\ndata: {json.dumps(data, default=_as_json)}\n\n".encode()

    async def _passed_gate(self) -> None:
        while not self.gate.acquire(blocking=False):  # noqa: ASYNC110 - it is opened from the test's thread
            await asyncio.sleep(0.01)

    def accept(self, name: str, collection: str | None) -> SubmissionOut:
        self.uploads.append((name, collection))
        running = job(f"upload-{len(self.uploads)}", name, "running")
        self.documents.insert(0, document(running.document_id, name, "text/plain", job=running))
        return SubmissionOut(outcome="submitted", document_id=running.document_id, job=running)

    def poll(self, job_id: str) -> JobOut:
        """The first poll still finds the job running, the second finds it done."""
        self.polls += 1
        row = next(row for row in self.documents if row.job and row.job.id == job_id)
        assert row.job is not None
        if self.polls > 1:
            row.job = row.job.model_copy(update={"status": "succeeded"})
            row.live_version = version(HANDBOOK, 0, [])
        return row.job


def _as_json(value: BaseModel) -> Any:
    return value.model_dump(mode="json")


def page_image() -> bytes:
    image = Image.new("RGB", (1000, 1414), "white")
    draw = ImageDraw.Draw(image)
    for line in range(120, 1300, 36):
        draw.rectangle((120, line, 880 - line % 7 * 30, line + 10), fill="#c9c9c9")
    draw.rectangle((120, 877, 880, 919), outline="#a63a2b", width=4)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def scripted_app(service: ScriptedService) -> FastAPI:
    app = FastAPI()
    app.mount("/assets", StaticFiles(directory=WEB))

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    @app.get("/")
    async def index() -> FileResponse:
        return FileResponse(WEB / "index.html")

    @app.post("/v1/answers")
    async def answers(question: AnswerIn, request: Request) -> Response:
        service.questions.append(question)
        service.languages.append(request.headers["accept-language"])
        if question.question == ASKED_EVERYTHING:
            refused = problem("question-rejected", "The question cannot be asked: it is too broad.", 400)
            return JSONResponse(_as_json(refused), 400, media_type="application/problem+json")
        return StreamingResponse(service.events(question), media_type="text/event-stream")

    @app.get("/v1/documents")
    async def documents(collection: str | None = None, limit: int = 50, after: str | None = None) -> DocumentListOut:
        rows = [row for row in service.documents if collection in (None, row.collection)]
        start = int(after or 0)
        following = str(start + limit) if start + limit < len(rows) else None
        return DocumentListOut(documents=rows[start : start + limit], next=following)

    @app.post("/v1/documents", status_code=202)
    async def upload(file: UploadFile, collection: str | None = Form(None)) -> Response:
        name = file.filename or ""
        if not await file.read():
            empty = problem("empty-file", "The file is empty.", 422)
            return JSONResponse(_as_json(empty), 422, media_type="application/problem+json")
        return JSONResponse(_as_json(service.accept(name, collection)), 202)

    @app.get("/v1/jobs/{job_id}")
    async def poll(job_id: str) -> JobOut:
        return service.poll(job_id)

    @app.delete("/v1/documents/{document_id}", status_code=204)
    async def delete(document_id: str) -> None:
        service.documents = [row for row in service.documents if row.id != document_id]

    @app.get("/v1/documents/{document_id}/versions/{version_id}")
    async def version_of(document_id: str, version_id: str) -> dict[str, str]:
        return {"status": service.version_status}

    @app.get("/v1/documents/{document_id}/versions/{version_id}/pages/{number}")
    async def page_of(document_id: str, version_id: str, number: int, start: int, end: int) -> Response:
        if service.page_images_fail:
            return Response(status_code=500)
        return Response(page_image(), media_type="image/png")

    @app.get("/v1/documents/{document_id}/versions/{version_id}/text")
    async def text_around(document_id: str, version_id: str, start: int, end: int) -> dict[str, str]:
        text = REPORT_TEXT if document_id == REPORT.document_id else HANDBOOK_TEXT
        return {"before": text[:start], "quote": text[start:end], "after": text[end:]}

    return app


@pytest.fixture
def service() -> ScriptedService:
    return ScriptedService()


@pytest.fixture
def page_url(service: ScriptedService) -> Iterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(
            scripted_app(service), host="127.0.0.1", port=0, log_level="error", ws="none", timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole session: while it lives, an event loop counts as running and `asyncio.run` is forbidden."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no browser: run `apt-get install -y chromium fonts-noto-cjk`")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained about: broken scripts, missing files, breaches of the content policy."""
    return []


@pytest.fixture
def page(browser: Browser, page_url: str, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 860})
    tab = context.new_page()
    tab.set_default_timeout(8000)

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    tab.on("console", note)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(page_url)
    yield tab
    context.close()
