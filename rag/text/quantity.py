"""What a quantity of a text is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from rag.documents import Span
from rag.text.dates import PartialDate


class QuantityKind(StrEnum):
    NUMBER = "number"
    PERCENT = "percent"
    PERCENTAGE_POINT = "percentage_point"
    MONEY = "money"
    DURATION = "duration"
    MEASURE = "measure"
    COUNT = "count"
    DATE = "date"
    ORDINAL = "ordinal"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity. `value` is in `unit`, the base of its kind: month for years, second for hours, CNY for 元.

    `date` and, for codes and times of day, `label` are what those are compared by; their value is 0. A quantity that is
    not `certain` may be part of a phrase ("one of them", 一个): it can support a claim, but a claim is not held to it.
    """

    span: Span
    kind: QuantityKind
    value: Decimal = Decimal(0)
    unit: str = ""
    label: str = ""
    date: PartialDate | None = None
    approximate: bool = False
    certain: bool = True
