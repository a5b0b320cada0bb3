"""The page in a real browser: asking, reading along, following a mark to its quote, keeping documents."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

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

pytestmark = pytest.mark.slow


def ask(page: Page, question: str) -> None:
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")


def answered(page: Page, service: Any, question: str, gates: int = 2) -> None:
    for _ in range(gates):
        service.gate.release()
    ask(page, question)
    expect(page.locator(".figures").first).to_be_visible()


def sentences(page: Page) -> Locator:
    return page.locator(".prose .sentence")


def words_of(locator: Locator) -> str:
    return "".join(locator.locator(".words").all_text_contents())


def open_documents(page: Page) -> None:
    page.get_by_role("link", name="Documents", exact=True).click()
    expect(page.locator(".document-list")).to_be_visible()


# --- documents that disagree


def test_both_sides_of_a_conflict_are_shown_with_their_dates_and_lead_to_their_quotes(page: Page, service: Any) -> None:
    answered(page, service, ASKED_DRAFT, gates=3)

    conflict = page.locator(".conflict")
    expect(conflict.locator("li")).to_have_count(2)
    expect(conflict).to_contain_text("The documents disagree")
    expect(conflict.locator("li").first).to_contain_text("三月三十一日")
    expect(conflict.locator("li").first).to_contain_text("of 2026-11-23")
    expect(conflict.locator("li").last).to_contain_text("added 2026-11-23")
    expect(conflict).to_contain_text("the later one holds")
    conflict.locator(".mark").first.click()
    expect(page.locator("#evidence")).to_contain_text("年假可以结转至次年三月三十一日")


# --- the answer as it arrives


def test_passages_are_there_before_the_first_sentence(page: Page, service: Any) -> None:
    ask(page, ASKED_REVENUE)

    expect(page.locator(".card")).to_have_count(2)
    expect(page.locator(".card").first).to_contain_text("Annual Report 2025.pdf")
    expect(sentences(page)).to_have_count(0)
    expect(page.locator("article")).to_have_attribute("aria-busy", "true")


def test_checked_sentences_appear_one_by_one_and_kept_back_ones_do_not(page: Page, service: Any) -> None:
    ask(page, ASKED_REVENUE)
    service.gate.release()

    expect(sentences(page)).to_have_count(1)
    expect(page.locator(".prose")).not_to_contain_text("Dividends")
    expect(page.locator("#announcements")).to_contain_text("Revenue rose 12.4 % in 2025.")


def test_the_final_answer_keeps_line_breaks_and_counts_characters_as_the_service_does(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)

    prose = page.locator(".prose").text_content() or ""
    assert prose.replace("\u2060", "").startswith("\U0001f4c8 Revenue rose 12.4 % in 20251.supported\n\nLeave")
    assert [words_of(one) for one in sentences(page).all()] == [
        "\U0001f4c8 Revenue rose 12.4 % in 2025.",
        "Leave carries over until 31 March.",
        "Staff costs rose by 15 %.",
        "Revenue fell.",
    ]


def test_each_status_has_its_words_and_its_own_shape(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)

    statuses = page.locator(".prose .status")
    assert statuses.all_inner_texts() == ["supported", "partly supported", "not supported", "contradicted"]
    shapes = [use.get_attribute("href") for use in statuses.locator("use").all()]
    assert len(set(shapes)) == 4
    assert page.locator(".status-counts li").all_inner_texts() == [
        "1 supported",
        "1 partly supported",
        "1 not supported",
        "1 contradicted",
    ]
    expect(page.get_by_text("1 sentence was kept back because the documents do not support it.")).to_be_visible()


def test_an_unchecked_draft_is_shown_apart_and_gives_way_to_its_checked_sentence(page: Page, service: Any) -> None:
    ask(page, ASKED_DRAFT)
    expect(page.locator(".unchecked")).to_have_text("Revenue rose. Costs")

    service.gate.release()
    expect(page.locator(".unchecked")).to_have_text("Costs fell.")
    assert words_of(sentences(page)) == "Revenue rose."

    service.gate.release()
    expect(page.locator(".figures")).to_be_visible()
    expect(page.locator(".unchecked")).to_have_count(0)


def test_extracts_take_the_place_of_what_a_silenced_model_began(page: Page, service: Any) -> None:
    ask(page, ASKED_FALLBACK)

    expect(sentences(page)).to_have_count(2)
    streamed = (page.locator(".prose").text_content() or "").replace("\u2060", "")
    assert streamed == "员工每年享有十五天带薪年假1。supported\n病假另行规定2。supported"

    service.gate.release()
    expect(page.get_by_text("对话模型无响应。")).to_be_visible()
    assert (page.locator(".prose").text_content() or "").replace("\u2060", "") == streamed


def test_timings_model_and_tokens_stand_under_the_answer(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)

    expect(page.locator(".figures span")).to_have_text(["3.4 s", "qwen2.5-coder-1.5b-instruct-q4", "812 + 96 tokens"])


def test_stopping_says_that_the_answer_is_not_whole(page: Page, service: Any) -> None:
    ask(page, ASKED_REVENUE)
    expect(page.locator(".card")).to_have_count(2)

    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_text("Stopped. What is shown above is not the whole answer.")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


# --- asking


def test_shift_enter_makes_a_line_and_an_input_method_keeps_its_enter(page: Page, service: Any) -> None:
    question = page.locator("#question")
    question.fill("one")
    question.press("Shift+Enter")
    question.press_sequentially("two")
    question.dispatch_event("keydown", {"key": "Enter", "isComposing": True})

    assert question.input_value() == "one\ntwo"
    assert service.questions == []


def test_collection_quote_only_and_language_go_with_the_question(page: Page, service: Any) -> None:
    page.locator("#collection-choice select").select_option("hr")
    page.get_by_text("Quote only").click()

    answered(page, service, ASKED_LEAVE)

    [asked] = service.questions
    assert (asked.question, asked.collection, asked.extractive) == (ASKED_LEAVE, "hr", True)
    assert service.languages == ["en"]
    expect(page.get_by_text("In the documents’ own words")).to_be_visible()


def test_one_collection_needs_no_choice(page: Page, service: Any) -> None:
    service.documents = [row for row in service.documents if row.collection == "default"]
    page.reload()

    expect(page.locator("#no-documents")).to_be_hidden()
    expect(page.locator("#collection-choice")).to_be_hidden()


def test_without_documents_the_page_says_where_to_add_some(page: Page, service: Any) -> None:
    service.documents = []
    page.reload()

    page.get_by_role("link", name="Add the first ones").click()

    expect(page.get_by_role("heading", name="Documents")).to_be_visible()


# --- refusals and problems


def test_a_refusal_gives_its_reason_and_the_nearest_passages(page: Page, service: Any) -> None:
    answered(page, service, ASKED_UNKNOWN)

    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text("The documents do not say what the chairman likes to eat.")
    expect(refusal).to_contain_text("Nothing close enough was found: ask with other words")
    expect(page.locator(".passages summary")).to_have_text("The 2 nearest passages")
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator(".mark")).to_have_count(0)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (ASKED_BROKEN, "The chat model does not answer. Ask for quotes only."),
        (ASKED_EVERYTHING, "The question cannot be asked: it is too broad."),
        (ASKED_CUT, "The connection broke off before the answer was complete. Ask again."),
    ],
)
def test_a_problem_says_what_to_do(page: Page, question: str, words: str) -> None:
    ask(page, question)

    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator("article")).not_to_have_attribute("aria-busy", "true")


def test_an_unreachable_server_is_named_and_can_be_asked_again(page: Page, service: Any) -> None:
    page.context.set_offline(True)
    ask(page, ASKED_LEAVE)
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")

    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()

    expect(page.locator(".figures")).to_be_visible()


# --- the evidence


def test_a_mark_opens_the_page_with_the_quote_and_its_checks(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)

    page.get_by_role("link", name="Source 1: Annual Report 2025.pdf").first.click()

    panel = page.get_by_role("dialog", name="Annual Report 2025.pdf")
    image = panel.get_by_role("img", name="Page 3 of")
    expect(image).to_have_attribute(
        "src", "/v1/documents/document-report/versions/version-report/pages/3?start=0&end=48"
    )
    expect(panel.locator("blockquote")).to_have_text("Revenue rose 12.4 % to 318 million yuan in 2025.")
    expect(panel.locator(".checks li")).to_have_text(
        ["Closeness of meaning passed · 0.83 of 0.80", "Numbers, dates and units passed · 12.4 %"]
    )
    expect(panel.locator(".statement")).to_have_text("\U0001f4c8 Revenue rose 12.4 % in 2025.")
    expect(panel.locator(".page-frame")).not_to_have_js_property("scrollTop", 0)


def test_a_quote_over_two_pages_can_be_turned(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)
    page.locator(".mark").first.click()

    page.get_by_role("button", name="Page 4").click()

    expect(page.locator(".page-frame img")).to_have_attribute(
        "src", "/v1/documents/document-report/versions/version-report/pages/4?start=0&end=48"
    )


def test_a_format_without_pages_shows_the_quote_within_its_text(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)

    page.locator(".mark").nth(1).click()

    surroundings = page.locator(".surroundings")
    expect(surroundings.locator("mark")).to_have_text("年假可以结转至次年三月三十一日，逾期作废。\U00020bb7野家除外。")
    expect(surroundings).to_contain_text("员工每年享有十五天带薪年假。")
    page.get_by_text("Passage that was found").click()
    expect(page.locator(".passage-text mark")).to_have_text(
        "年假可以结转至次年三月三十一日，逾期作废。\U00020bb7野家除外。"
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [("live", None), ("superseded", "This is the earlier state that was quoted."), ("deleted", "was deleted since")],
)
def test_a_quote_says_what_became_of_its_document(page: Page, service: Any, status: str, words: str | None) -> None:
    service.version_status = status
    answered(page, service, ASKED_REVENUE)

    page.locator(".mark").nth(1).click()

    expect(page.locator(".surroundings mark")).to_be_visible()
    remark = page.locator("#evidence .remark")
    if words is None:
        expect(remark).to_be_hidden()
    else:
        expect(remark).to_contain_text(words)


def test_a_page_that_cannot_be_drawn_gives_way_to_its_words(page: Page, service: Any) -> None:
    service.page_images_fail = True
    answered(page, service, ASKED_REVENUE)

    page.locator(".mark").first.click()

    expect(page.get_by_text("The page image cannot be shown.")).to_be_visible()
    expect(page.locator(".surroundings mark")).to_have_text("Revenue rose 12.4 % to 318 million yuan in 2025.")


def test_what_lacks_support_opens_its_failed_checks(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)

    page.get_by_role("button", name="not supported").click()

    panel = page.get_by_role("dialog", name="Evidence")
    expect(panel.locator(".checks li").last).to_have_text("Numbers, dates and units failed · 15 ≠ 12.4")


def test_the_evidence_is_reached_and_left_by_keyboard(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)
    mark = page.locator(".mark").first

    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#evidence-title")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("#evidence")).to_be_hidden()
    expect(mark).to_be_focused()


def test_words_of_a_document_are_never_markup(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)
    page.locator(".passages summary").click()

    expect(page.locator(".card").first).to_contain_text("<b>Staff</b> costs were flat.")
    expect(page.locator("article b")).to_have_count(0)


# --- languages, sizes


def test_the_browser_s_language_is_the_page_s_and_the_switch_reaches_everything(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)
    page.locator(".mark").first.click()

    page.get_by_role("button", name="中文").click()

    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#question")).to_have_attribute("placeholder", "用中文或英文提问……")
    expect(page.locator(".status-counts li").first).to_have_text("1 句有依据")
    expect(page.locator("#evidence h3").first).to_have_text("引文")
    expect(page.get_by_text("有 1 句话因文档不支持而未予显示。")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="向您的文档提问")).to_be_visible()


def test_a_chinese_browser_is_greeted_in_chinese(browser: Browser, page_url: str) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()

    page.goto(page_url)

    expect(page.get_by_role("heading", name="向您的文档提问")).to_be_visible()
    context.close()


def test_both_languages_have_the_same_messages_with_the_same_blanks(page: Page) -> None:
    blanks = page.evaluate(
        """async () => {
            const { messages } = await import("/assets/messages.js");
            const blanks = (message) => [...new Set(JSON.stringify(message).match(/\\{\\w+\\}/g))].sort();
            const all = (table) => Object.entries(table).map(([key, message]) => [key, blanks(message)]).sort();
            return { en: all(messages.en), zh: all(messages.zh) };
        }"""
    )

    assert blanks["en"] == blanks["zh"]


def test_every_message_that_the_page_names_exists(page: Page) -> None:
    missing = page.evaluate(
        """async () => {
            const { messages } = await import("/assets/messages.js");
            return [...document.querySelectorAll("*")]
                .flatMap((node) => Object.entries(node.dataset))
                .filter(([name, key]) => /^i18n(?!Params)/.test(name) && !(key in messages.en));
        }"""
    )

    assert missing == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_phone_needs_no_sideways_scrolling(browser: Browser, page_url: str, service: Any, scheme: Any) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page = context.new_page()
    page.goto(page_url)
    answered(page, service, ASKED_REVENUE)

    page.locator(".mark").first.click()
    expect(page.locator("#evidence")).to_be_visible()
    assert page.evaluate("document.querySelector('#evidence').matches(':modal')")
    page.keyboard.press("Escape")
    open_documents(page)

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()


# --- documents


def test_the_list_tells_what_is_ready_and_why_something_failed(page: Page) -> None:
    open_documents(page)

    rows = page.locator(".document-list > li")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("112 pages")
    expect(rows.nth(0).locator(".status")).to_have_text("ready")
    expect(rows.nth(1)).to_contain_text("84 passages")
    expect(rows.nth(1).locator("summary")).to_have_text("1 remark")
    expect(rows.nth(2).locator(".status")).to_have_text("failed")
    expect(rows.nth(2)).to_contain_text("The file is encrypted. Remove its password and add it again.")


def test_an_upload_is_followed_until_it_is_ready(page: Page, service: Any) -> None:
    open_documents(page)
    page.locator("#upload-collection").fill("hr")

    page.locator("#files").set_input_files({"name": "new.txt", "mimeType": "text/plain", "buffer": b"words"})

    row = page.locator(".document-list > li").first
    expect(row).to_contain_text("embedding, 12 of 40")
    expect(row.locator(".status")).to_have_text("ready")
    assert service.uploads == [("new.txt", "hr")]


def test_dropped_files_are_uploaded(page: Page, service: Any) -> None:
    open_documents(page)
    dropped = page.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['words'], '笔记.txt')); return data; }"
    )

    page.dispatch_event("#drop-zone", "drop", {"dataTransfer": dropped})

    expect(page.locator(".document-list h2").first).to_have_text("笔记.txt")
    assert service.uploads == [("笔记.txt", None)]


def test_a_refused_upload_says_why_and_stays_until_dismissed(page: Page, service: Any) -> None:
    open_documents(page)

    page.locator("#files").set_input_files({"name": "empty.txt", "mimeType": "text/plain", "buffer": b""})

    expect(page.locator("#uploads li")).to_contain_text("The file is empty.")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#uploads li")).to_have_count(0)
    assert service.uploads == []


def test_deleting_asks_first(page: Page, service: Any) -> None:
    open_documents(page)
    delete = page.get_by_role("button", name="Delete “Contract.pdf”")
    confirmation = page.get_by_role("dialog", name="Delete “Contract.pdf”?")

    delete.click()
    confirmation.get_by_role("button", name="Cancel").click()
    expect(page.locator(".document-list > li")).to_have_count(3)
    assert len(service.documents) == 3

    delete.click()
    confirmation.get_by_role("button", name="Delete").click()
    expect(page.locator(".document-list > li")).to_have_count(2)
    assert [row.id for row in service.documents] == ["report", "handbook"]


def test_a_long_list_is_read_on_and_narrowed_by_collection(page: Page, service: Any) -> None:
    service.documents = [service.documents[0].model_copy(update={"id": f"copy-{n}"}) for n in range(130)]
    service.documents.append(service.documents[0].model_copy(update={"id": "only", "collection": "hr"}))
    page.reload()
    open_documents(page)
    rows = page.locator(".document-list > li")
    expect(rows).to_have_count(100)

    page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(131)
    page.locator("#documents-choice select").select_option("hr")

    expect(rows).to_have_count(1)


# --- the stream, the browser's own complaints


def test_events_are_read_wherever_the_network_cuts_them(page: Page) -> None:
    stream = 'event: delta\ndata: {"text":\ndata: "年假"}\n\n: ping\r\n\r\nevent: done\r\ndata: {}\r\n\r\n'

    events = page.evaluate(
        """async (stream) => {
            const { readEvents } = await import("/assets/sse.js");
            const bytes = new TextEncoder().encode(stream);
            const body = new ReadableStream({ start(to) {
                for (const byte of bytes) to.enqueue(Uint8Array.of(byte));
                to.close();
            } });
            const events = [];
            for await (const event of readEvents(body)) events.push(event);
            return events;
        }""",
        stream,
    )

    assert events == [{"name": "delta", "data": {"text": "年假"}}, {"name": "done", "data": {}}]


def test_the_browser_has_nothing_to_complain_about(page: Page, service: Any, complaints: list[str]) -> None:
    answered(page, service, ASKED_REVENUE)
    page.locator(".mark").first.click()
    page.locator(".mark").nth(1).click()
    expect(page.locator(".surroundings mark")).to_be_visible()
    open_documents(page)

    assert complaints == []


# --- conversations


def test_a_follow_up_goes_with_what_was_said_and_shows_what_it_was_understood_as(page: Page, service: Any) -> None:
    answered(page, service, ASKED_REVENUE)
    answered(page, service, ASKED_FOLLOW_UP, gates=0)

    first, second = service.questions
    assert first.history == []
    [turn] = second.history
    assert (turn.question, turn.refused) == (ASKED_REVENUE, False)
    assert turn.answer.startswith("\U0001f4c8 Revenue rose 12.4 % in 2025 [1].")
    assert [cited.marker for cited in turn.citations] == [1, 2]
    article = page.locator("article").first
    expect(article.locator(".steps li")).to_have_text("Understood as How did revenue develop in 2024?")
    expect(article.locator(".mark")).to_have_text(["2", "3"])
    expect(article.locator(".references .number")).to_have_text(["2", "3"])


def test_a_refused_question_goes_along_as_refused(page: Page, service: Any) -> None:
    answered(page, service, ASKED_UNKNOWN, gates=0)
    answered(page, service, ASKED_LEAVE, gates=0)

    assert service.questions[-1].history[0].refused


def test_a_new_conversation_begins_without_the_old(page: Page, service: Any) -> None:
    expect(page.get_by_role("button", name="New conversation")).to_be_hidden()
    answered(page, service, ASKED_LEAVE, gates=0)

    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("article")).to_have_count(0)
    answered(page, service, ASKED_LEAVE, gates=0)

    assert service.questions[-1].history == []


def test_a_thorough_answer_shows_its_steps_as_they_are_taken(page: Page, service: Any) -> None:
    page.get_by_label("Effort").select_option("Thorough")
    ask(page, ASKED_THOROUGH)

    expect(page.locator(".steps li")).to_have_count(2)
    expect(page.locator(".steps q")).to_have_text(["Revenue in 2024?", "Revenue in 2025?", "Revenue in 2024?"])
    service.gate.release()
    expect(page.locator(".figures")).to_be_visible()
    expect(page.locator(".steps li")).to_have_count(2)
    assert service.questions[-1].effort == "deep"
