"""The page of one run, of its measured rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from rag.errors import MessageLanguage
from rag.evaluation.grouping import Grouping
from rag.evaluation.groups import ALL
from rag.evaluation.intervals import Estimate, estimate
from rag.evaluation.measures import LOWER_IS_BETTER, Measured
from rag.evaluation.reports.charts import Line, interval_plot, line_plot, stacked_bars
from rag.evaluation.reports.failures import Trouble, failures_of
from rag.evaluation.reports.losses import DEPTHS, STAGES, Losses, losses_of
from rag.evaluation.reports.words import words
from rag.evaluation.retrieval_measures import evidence_within
from rag.evaluation.summary import Summary, crosses_languages, summarise

HEADLINES = (
    "ev_R@1000w", "ev_R@500w", "R@5", "nDCG@10", "attributed", "cite_P_ev", "cite_R_ev", "refusal", "over_refusal",
)  # fmt: skip
_BUDGETS = (100, 250, 500, 750, 1000, 1500, 2000)
_SHOWN_FAILURES = 200
_SHOWN_PASSAGES = 5


def report_page(measured: Sequence[Measured], *, name: str, language: MessageLanguage) -> str:
    """One HTML document; `name` says which run it is."""
    said = words(language)
    groupings = [Grouping.LANGUAGE, *([Grouping.DIRECTION] if crosses_languages(measured) else [])]
    summary = summarise(measured, groupings)
    losses = losses_of(measured)
    failures = failures_of(measured)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["percent"] = _percent
    return environment.from_string(_resource("page.html")).render(
        said=said,
        language=language,
        name=name,
        style=Markup(_resource("page.css")),
        script=Markup(_resource("page.js")),
        counts=_counts(measured),
        tiles=[(measure, found) for measure in HEADLINES if (found := _overall(summary, measure))],
        lower=LOWER_IS_BETTER,
        curve=_curve(measured, said),
        losses=losses,
        loss_plot=_loss_plot(losses, said) if losses else None,
        stages=_stages(losses) if losses else (),
        depths=DEPTHS,
        summary=summary,
        types=list(_type_plots(measured)),
        troubles=list(Trouble),
        languages=sorted({one.question.language for one in measured if one.question.language}),
        failures=failures[:_SHOWN_FAILURES],
        left_out=max(0, len(failures) - _SHOWN_FAILURES),
        failed=len(failures),
        most_passages=_SHOWN_PASSAGES,
    )


def _overall(summary: Summary, measure: str) -> Estimate | None:
    return summary.of(ALL, measure) if ALL in summary.groups else None


def _counts(measured: Sequence[Measured]) -> Mapping[str, int]:
    answerable = sum(one.question.answerable for one in measured)
    return {"questions": len(measured), "answerable": answerable, "unanswerable": len(measured) - answerable}


def _curve(measured: Sequence[Measured], said: Mapping[str, str]) -> Markup | None:
    """None where no evidence is known."""
    known = [one for one in measured if one.question.answerable and one.question.evidence and "retrieved" in one.row]
    lines = []
    for group in sorted({one.question.language or "-" for one in known}):
        mine = [one for one in known if (one.question.language or "-") == group]
        lines.append(Line(group, [(words_read, _found_within(mine, words_read)) for words_read in _BUDGETS]))
    return line_plot(lines, said["curve"], said["words"]) if lines else None


def _found_within(measured: Sequence[Measured], budget: int) -> Estimate:
    return estimate([evidence_within(one.question, one.row["retrieved"], budget) for one in measured], rounds=300)


def _loss_plot(losses: Losses, said: Mapping[str, str]) -> Markup:
    names = {stage: said[f"stage-{stage}"] for stage in STAGES}
    bars = [replace(bar, name=said["every"]) if bar.name == ALL else bar for bar in losses.bars]
    return stacked_bars(bars, said["losses"], STAGES, names)


def _stages(losses: Losses) -> list[tuple[str, int, float]]:
    """Stage, sentences and share, in the order of the way; those that lost nothing are left out."""
    everything = sum(losses.counts.values())
    return [(s, losses.counts[s], losses.counts[s] / everything) for s in STAGES if losses.counts.get(s)]


def _type_plots(measured: Sequence[Measured]) -> Iterator[tuple[str, Markup]]:
    """The headline of retrieval and that of answers, by language and type, where there are types to tell apart."""
    summary = summarise(measured, [Grouping.TYPE])
    kinds = [group for group in summary.groups if group != ALL]
    for measure in ("ev_R@1000w", "R@5", "attributed", "refusal"):
        rows = [(group, found) for group in kinds if (found := summary.of(group, measure))]
        if len(rows) > 1 and not (measure == "R@5" and "ev_R@1000w" in summary.measures):
            yield measure, interval_plot(sorted(rows, key=lambda row: row[1].mean), measure)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _resource(name: str) -> str:
    return files("rag.evaluation.reports").joinpath(name).read_text(encoding="utf-8")
