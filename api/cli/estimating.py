"""`chuchu ask --estimate`: what an answer would take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api.cli.connection import connected
from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from api.schemas import EstimateOut


def show_estimate(
    question: str, collection: str | None, narrowed: Mapping[str, Any] | None, extractive: bool, *, as_json: bool
) -> None:
    with connected() as (client, terminal):
        made = client.estimate(question, collection=collection, filter=narrowed, extractive=extractive)
    if as_json:
        print(made.model_dump_json(indent=2))
        return
    for line in _lines(terminal, made):
        terminal.out.print(line, markup=False)


def _lines(terminal: Terminal, made: EstimateOut) -> list[str]:
    context = made.context
    repeats = sum(one.reason == "repeats" for one in context.left_out)
    sources = terminal.text(
        f"Sources: {len(context.packed)} passages, {context.tokens} of {context.budget_tokens} tokens "
        f"({context.limited_by}); left out: {len(context.left_out) - repeats} for room, {repeats} repeated",
        f"资料：{len(context.packed)} 段，{context.tokens}/{context.budget_tokens} 词元（{context.limited_by}）；"
        f"未放入：{len(context.left_out) - repeats} 段因篇幅，{repeats} 段重复",
    )
    if not made.model:
        return [sources, terminal.text("No chat model is asked.", "不使用对话模型。")]
    tokens = terminal.text(
        f"Model: {made.model}, {made.prompt_tokens} tokens to read, at most {made.completion_tokens} to write",
        f"模型：{made.model}，读 {made.prompt_tokens} 词元，最多写 {made.completion_tokens} 词元",
    )
    unknown = terminal.text("Time: not known before the first answer", "时间：首次回答之前无法估计")
    known = terminal.text(f"Time: at most {made.seconds or 0:.0f} s", f"时间：最多 {made.seconds or 0:.0f} 秒")
    cost = terminal.text(
        f"Cost: at most {made.cost:.4f} {made.currency}", f"费用：最多 {made.cost:.4f} {made.currency}"
    )
    return [sources, tokens, unknown if made.seconds is None else known, cost]
