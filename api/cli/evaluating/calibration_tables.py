"""What `chuchu eval calibrate` prints: the choices, what to expect of the one made, and what it cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from rag.evaluation.support_thresholds import Judged, SupportPoint
    from rag.evaluation.thresholds import Expected, Point, Scored

_LIMITS = (0.0, 0.02, 0.05, 0.10, 0.20)
"""Shares of over-refusal that are shown beside the chosen one."""


def print_points(terminal: Terminal, scored: Sequence[Scored], floor: float, chosen: Point, separation: float) -> None:
    from rich.table import Table

    from rag.evaluation.thresholds import choose

    answerable = sum(one.answerable for one in scored)
    terminal.out.print(
        terminal.text(
            f"{answerable} answerable and {len(scored) - answerable} unanswerable questions; an answerable one scores "
            f"above an unanswerable one in {100 * separation:.0f} % of the pairs.",
            f"{answerable} 个可回答问题，{len(scored) - answerable} 个不可回答问题；"
            f"可回答问题得分高于不可回答问题的比例为 {100 * separation:.0f} %。",
        )
    )
    table = Table(box=None, pad_edge=False)
    headings = terminal.text(
        "evidence_threshold|unanswerable refused, %|answerable refused, %|refusals that are right, %|",
        "evidence_threshold|正确拒答率，%|误拒率，%|拒答准确率，%|",
    )
    for heading in headings.split("|"):
        table.add_column(heading, justify="right")
    points = {point.threshold: point for point in (chosen, *(choose(scored, limit, floor) for limit in _LIMITS))}
    for threshold in sorted(points):
        point, mark = points[threshold], "←" if threshold == chosen.threshold else ""
        shares = (f"{100 * share:.1f}" for share in (point.recall, point.over_refusal, point.precision))
        table.add_row(f"{threshold:.3f}", *shares, mark)
    terminal.out.print(table)


def print_expected(terminal: Terminal, expected: Expected) -> None:
    recall, over = expected.recall, expected.over_refusal
    figures = (
        f"{100 * recall.mean:.0f} % ({100 * recall.low:.0f} – {100 * recall.high:.0f})",
        f"{100 * over.mean:.1f} % ({100 * over.low:.1f} – {100 * over.high:.1f})",
        f"{100 * expected.precision:.0f} %",
    )
    terminal.out.print(
        terminal.text(
            "Expected on other questions like these (cross-validated, 95 % interval): unanswerable refused {}, "
            "answerable refused {}, refusals that are right {}.",
            "对同类新问题的预期（交叉验证，95 % 区间）：正确拒答率 {}，误拒率 {}，拒答准确率 {}。",
        ).format(*figures)
    )


def print_floor(terminal: Terminal, floor: float, chosen: Point) -> None:
    if floor and chosen.threshold <= floor:
        said = terminal.text(
            f"These rows refused early below {floor:.3f}, so a lower threshold cannot be judged. Run again with "
            "answering.evidence_threshold = 0, or give the corpus to this command.",
            f"这些结果在低于 {floor:.3f} 时已提前拒答，无法评估更低的阈值。"
            "请以 answering.evidence_threshold = 0 重新评测，或直接向本命令提供语料。",
        )
        terminal.err.print(said, markup=False, style="yellow")


def print_support(
    terminal: Terminal, sentences: Sequence[Judged], support: SupportPoint | None, precision: float
) -> None:
    right = sum(one.right for one in sentences)
    wrong = len(sentences) - right
    if support is None:
        said = terminal.text(
            f"support_threshold stays as it is: {right} right and {wrong} wrong written sentences are too few, or give "
            f"{precision:.0f} % precision at no threshold.",
            f"support_threshold 保持不变：{right} 个正确、{wrong} 个错误的生成句数量过少，"
            f"或在任何阈值下都达不到 {precision:.0f} % 的准确率。",
        )
    else:
        at, hit, share = f"{support.threshold:.3f}", f"{100 * support.precision:.0f} %", f"{100 * support.recall:.0f} %"
        said = terminal.text(
            f"support_threshold {at}: of the sentences called supported {hit} are right, and {share} of the right ones "
            f"are called so ({len(sentences)} sentences).",
            f"support_threshold {at}：判为“有依据”的句子 {hit} 正确，正确的句子 {share} 被判为“有依据”"
            f"（共 {len(sentences)} 句）。",
        )
    terminal.out.print(said, markup=False)
