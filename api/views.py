"""From records to what crosses the wire."""

from __future__ import annotations

from api.schemas import (
    AnswerOut,
    BoxOut,
    CheckOut,
    CitationOut,
    ComparedOut,
    ComparisonOut,
    ConflictOut,
    ConflictSideOut,
    ContextOut,
    CoverageOut,
    DifferenceOut,
    DocumentOut,
    EstimateOut,
    FailureOut,
    JobOut,
    NearDuplicateOut,
    PassageOut,
    QualityOut,
    RefusalOut,
    SentenceOut,
    SpanOut,
    StepOut,
    SubmissionOut,
    SummaryOut,
    UsageOut,
    VersionOut,
)
from rag.answering.estimate import Estimate
from rag.answering.whole.records import Comparison, Difference, Summary
from rag.citations import Answer, Citation, Conflict, SentenceSupport, Step
from rag.documents import DocumentVersion, ScoredPassage, Span
from rag.errors import MessageLanguage
from rag.store.jobs import Job
from rag.store.listings import DocumentListing
from rag.store.submissions import Submission


def answer_out(answer: Answer) -> AnswerOut:
    return AnswerOut(
        question=answer.question,
        language=answer.language,
        text=answer.text,
        mode=answer.mode,
        sentences=[sentence_out(sentence) for sentence in answer.sentences],
        citations=[citation_out(citation) for citation in answer.citations],
        refusal=RefusalOut.model_validate(answer.refusal) if answer.refusal else None,
        dropped=[sentence_out(sentence) for sentence in answer.dropped],
        retrieved=[passage_out(passage) for passage in answer.retrieved],
        model=answer.model,
        usage=UsageOut.model_validate(answer.usage),
        timings=dict(answer.timings),
        notices=list(answer.notices),
        standalone_question=answer.standalone_question,
        effort=answer.effort,
        steps=[step_out(step) for step in answer.steps],
        conflicts=[conflict_out(conflict) for conflict in answer.conflicts],
        context=ContextOut.model_validate(answer.context) if answer.context else None,
    )


def estimate_out(estimate: Estimate) -> EstimateOut:
    return EstimateOut.model_validate(estimate)


def conflict_out(conflict: Conflict) -> ConflictOut:
    sides = [
        ConflictSideOut(
            citation=citation_out(side.citation),
            stated=side.stated,
            date=side.date,
            is_date_stated=side.is_date_stated,
        )
        for side in conflict.sides
    ]
    return ConflictOut.model_validate({"kind": conflict.kind, "sides": sides, "newer_wins": conflict.newer_wins})


def summary_out(summary: Summary) -> SummaryOut:
    coverage = summary.coverage
    return SummaryOut(
        document_id=summary.document_id,
        version_id=summary.version_id,
        title=summary.title,
        language=summary.language,
        length=summary.length,
        text=summary.text,
        mode=summary.mode,
        sentences=[sentence_out(sentence) for sentence in summary.sentences],
        citations=[citation_out(citation) for citation in summary.citations],
        dropped=[sentence_out(sentence) for sentence in summary.dropped],
        coverage=CoverageOut(parts=coverage.parts, read=coverage.read, left_out=list(coverage.left_out))
        if coverage
        else None,
        model=summary.model,
        usage=UsageOut.model_validate(summary.usage),
        timings=dict(summary.timings),
        notices=list(summary.notices),
    )


def comparison_out(made: Comparison) -> ComparisonOut:
    return ComparisonOut(
        documents=[ComparedOut.model_validate(one) for one in made.documents],
        question=made.question,
        language=made.language,
        text=made.text,
        mode=made.mode,
        sentences=[sentence_out(sentence) for sentence in made.sentences],
        citations=[citation_out(citation) for citation in made.citations],
        differences=[difference_out(difference) for difference in made.differences],
        dropped=[sentence_out(sentence) for sentence in made.dropped],
        model=made.model,
        usage=UsageOut.model_validate(made.usage),
        timings=dict(made.timings),
        notices=list(made.notices),
    )


def difference_out(difference: Difference) -> DifferenceOut:
    citations = [citation_out(citation) for citation in difference.citations]
    found = {"kind": difference.kind, "stated": list(difference.stated), "closeness": round(difference.closeness, 4)}
    return DifferenceOut.model_validate({**found, "citations": citations})


def step_out(step: Step) -> StepOut:
    return StepOut.model_validate(step)


def sentence_out(sentence: SentenceSupport) -> SentenceOut:
    return SentenceOut(
        span=span_out(sentence.span),
        text=sentence.text,
        status=sentence.status,
        markers=list(sentence.markers),
        checks=[CheckOut.model_validate(check) for check in sentence.checks],
        score=round(sentence.score, 4),
    )


def citation_out(citation: Citation) -> CitationOut:
    return CitationOut(
        marker=citation.marker,
        document_id=citation.document_id,
        version_id=citation.version_id,
        passage_id=citation.passage_id,
        title=citation.title,
        uri=citation.uri,
        span=span_out(citation.span),
        quote=citation.quote,
        pages=list(citation.pages),
        boxes=[BoxOut(**box._asdict()) for box in citation.boxes],
        page_url=_page_url(citation),
    )


def passage_out(found: ScoredPassage) -> PassageOut:
    passage = found.passage
    return PassageOut(
        id=passage.id,
        document_id=passage.document_id,
        version_id=passage.version_id,
        collection=passage.collection,
        title=found.title,
        uri=found.uri,
        span=span_out(passage.span),
        text=found.text,
        context=passage.context,
        language=passage.language,
        pages=list(passage.pages),
        score=round(found.score, 4),
        rank=found.rank,
        why=dict(found.why),
    )


def job_out(job: Job, language: MessageLanguage) -> JobOut:
    failure = job.failure
    return JobOut(
        id=job.id,
        document_id=job.document_id,
        version_id=job.version_id,
        collection=job.collection,
        name=job.name,
        content_hash=job.content_hash,
        media_type=job.media_type,
        status=job.status.value,
        stage=job.stage,
        done=job.done,
        total=job.total,
        attempts=job.attempts,
        priority=job.priority,
        failure=FailureOut(code=failure.code, message=failure.message(language)) if failure else None,
        created_at=job.created_at,
        updated_at=job.updated_at,
    )


def submission_out(submission: Submission, language: MessageLanguage) -> SubmissionOut:
    return SubmissionOut(
        outcome=submission.outcome.value,
        document_id=submission.document.id,
        job=job_out(submission.job, language) if submission.job else None,
    )


def version_out(version: DocumentVersion) -> VersionOut:
    return VersionOut(
        id=version.id,
        status=version.status,
        content_hash=version.content_hash,
        parser=version.parser,
        language=version.language,
        size_bytes=version.size_bytes,
        characters=version.characters,
        pages=version.pages,
        passages=version.passages,
        created_at=version.created_at,
        superseded_by=version.superseded_by,
        warnings=list(version.warnings),
        near_duplicates=[NearDuplicateOut.model_validate(one) for one in version.near_duplicates],
        quality=QualityOut.model_validate(version.quality) if version.quality else None,
    )


def document_out(listing: DocumentListing, language: MessageLanguage) -> DocumentOut:
    document = listing.document
    return DocumentOut(
        id=document.id,
        collection=document.collection,
        title=document.title,
        uri=document.uri,
        media_type=document.media_type,
        created_at=document.created_at,
        metadata=dict(document.metadata),
        parent_id=document.parent_id,
        live_version=version_out(listing.version) if listing.version else None,
        job=job_out(listing.job, language) if listing.job else None,
    )


def span_out(span: Span) -> SpanOut:
    return SpanOut(start=span.start, end=span.end)


def _page_url(citation: Citation) -> str | None:
    """Where the quote is shown in its page; the boxes are the proof that the format has pages that can be drawn."""
    if not citation.boxes:
        return None
    place = f"/v1/documents/{citation.document_id}/versions/{citation.version_id}/pages/{citation.boxes[0].page}"
    return f"{place}?start={citation.span.start}&end={citation.span.end}"
