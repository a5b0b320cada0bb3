from __future__ import annotations

from rag.answering.calibration import Calibration
from rag.settings import AnsweringSettings


def test_settings_go_before_what_the_model_has_and_zero_is_a_setting() -> None:
    default = Calibration()

    assert Calibration.chosen(AnsweringSettings()) == default
    assert Calibration.chosen(AnsweringSettings(evidence_threshold=0)) == Calibration(0, default.support_threshold)
    assert Calibration.chosen(AnsweringSettings(support_threshold=0.5)) == Calibration(default.evidence_threshold, 0.5)
