"""The thresholds that decide when evidence is enough; they belong to an embedder and were fitted on dev questions."""

from __future__ import annotations

from dataclasses import dataclass

from rag.settings import AnsweringSettings


@dataclass(frozen=True, slots=True)
class Calibration:
    """`evidence_threshold`: the least probability that the sources answer the question for it to be answered.
    `support_threshold`: the least score of a claim against its quotes to count as supported.
    """

    evidence_threshold: float = 0.2
    support_threshold: float = 0.66

    @classmethod
    def chosen(cls, settings: AnsweringSettings) -> Calibration:
        """What the settings say, and the defaults for what they leave open."""
        default = cls()
        evidence, support = settings.evidence_threshold, settings.support_threshold
        return cls(
            default.evidence_threshold if evidence is None else evidence,
            default.support_threshold if support is None else support,
        )
