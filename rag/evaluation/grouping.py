"""By what questions are grouped. Apart from how, so that the command line can name it without loading anything."""

from __future__ import annotations

from enum import StrEnum


class Grouping(StrEnum):
    """`direction` is question language → evidence language; `type` is a label of the data set, within a language."""

    LANGUAGE = "language"
    DIRECTION = "direction"
    TYPE = "type"
