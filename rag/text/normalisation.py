"""Text with the differences removed that do not change what it says, and the way back to the original characters.

Width, ligatures and compatibility forms (NFKC), Traditional and Simplified characters, case, punctuation variants,
white space and invisible characters are unified. A character that is not a decimal digit never becomes one where that
could change a number (½ stays ½, 10² does not become 102): a quotation that matches must hold the same numbers.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rag.documents import Span
from rag.text.scripts import HAN, KANA, LATIN

if TYPE_CHECKING:
    from opencc import OpenCC

# Combining marks that compose with the letter before them.
_MARKS = r"\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\uff9e\uff9f\ufe20-\ufe2f"

# Control characters other than white space, soft hyphen, zero-width and bidi controls, variation selectors, BOM, tags,
# and lone surrogates, which some PDF files yield.
_INVISIBLE = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff"
)

# A run whose characters stay as many, else one letter with its marks, else what is skipped. The counts are bounded
# because sorting marks into canonical order is quadratic; marks beyond them stand for nothing and are dropped.
_PIECE = re.compile(
    rf"(?P<ascii>[A-Za-z0-9]+(?=[ -~]|\Z))|(?P<han>[\u4e00-\u9fff]+(?=[ -~\u3001-\u301e\uff00-\uff9d]|\Z))"
    rf"|[^{_INVISIBLE}{_MARKS}](?:[{_INVISIBLE}]{{0,8}}[{_MARKS}]){{0,16}}",
    re.DOTALL,
)
_INVISIBLES = re.compile(f"[{_INVISIBLE}]")
_CJK = re.compile(f"[{HAN}{KANA}]")
_SPACE: Final = " "

# Superscript and subscript digits, which are read as digits only after a letter.
_SCRIPT_DIGITS: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2, strict=True))

_PUNCTUATION = str.maketrans(
    {
        "。": ".",
        "｡": ".",
        "、": ",",
        "〜": "~",
        "∼": "~",
        "⁓": "~",
        **dict.fromkeys("“”„‟«»「」『』〝〞〟″", '"'),
        **dict.fromkeys("‘’‚‛‹›´`′", "'"),
        **dict.fromkeys("‐‑‒–—―−⁃﹘─", "-"),
        **dict.fromkeys("•‧∙⋅・･ㆍ●▪◦", "·"),
        **dict.fromkeys("【〔〖", "["),
        **dict.fromkeys("】〕〗", "]"),
        "〈": "<",
        "〉": ">",
        "⁄": "/",
        "∕": "/",
        "∶": ":",
    }
)


@lru_cache(maxsize=1 << 16)
def _fold(piece: str) -> str:
    """What a piece of the original becomes: a single space for white space, nothing for what is skipped."""
    if piece[0].isspace():
        return _SPACE
    folded = _INVISIBLES.sub("", piece)
    # One step may give the next something to do, as ß gives ss; a handful of steps is enough for every character.
    for _ in range(4):
        folded = _fold_once(folded)
    return folded


def _fold_once(piece: str) -> str:
    folded = _compose(_compose(piece.translate(_PUNCTUATION)).casefold())
    return "".join(map(_simplified, folded.translate(_PUNCTUATION)))


def _compose(piece: str) -> str:
    """NFKC, but for a character that would turn into digits (½, ①, ²) or into a space with an accent."""
    compatible = unicodedata.normalize("NFKC", piece)
    gains_digit = any(map(str.isdecimal, compatible)) and not any(map(str.isdecimal, piece))
    return unicodedata.normalize("NFC", piece) if gains_digit or compatible[:1].isspace() else compatible


def _fold_run(run: str) -> str:
    return run.lower() if run.isascii() else run.translate(_SIMPLIFIED)


def _simplified(character: str) -> str:
    return character.translate(_SIMPLIFIED) if _CJK.match(character) else character


class _SimplifiedTable(dict[int, str]):
    """Traditional to Simplified, character by character so that offsets keep step, each looked up when first met."""

    def __missing__(self, code: int) -> str:
        converter = _traditional_to_simplified()
        simplified: str = converter.convert(converter.convert(chr(code)))  # twice: 薴 gives 苧, and 苧 gives 苎
        self[code] = simplified
        return simplified


_SIMPLIFIED = _SimplifiedTable()


@lru_cache(maxsize=1)
def _traditional_to_simplified() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised text whose character i stands for the original characters from `starts[i]` to `ends[i]`."""

    text: str
    starts: array[int]
    ends: array[int]

    def original_span(self, start: int, end: int) -> Span:
        """The original characters behind `text[start:end]`.

        The span of the whole text leaves out what was stripped from the original's edges. An empty range gives an
        empty span.
        """
        if start >= end:
            position = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return Span(position, position)
        return Span(self.starts[start], self.ends[end - 1])

    def is_cut(self, start: int, end: int) -> bool:
        """Whether an edge of `text[start:end]` falls inside an original character that became several."""
        return self._divides(start) or self._divides(end)

    def _divides(self, position: int) -> bool:
        return 0 < position < len(self.starts) and self.starts[position] < self.ends[position - 1]


def normalise(text: str) -> Normalised:
    """The text in the form that comparison and search use. Normalising a normalised text changes nothing."""
    builder = _Builder()
    for match in _PIECE.finditer(text):
        if match.lastgroup:
            builder.add_run(_fold_run(match[0]), match.start())
        else:
            builder.add(_fold(match[0]), match.start(), match.end())
    return builder.built()


@lru_cache(maxsize=4096)
def normal_form(text: str) -> str:
    """The text of `normalise`, kept for the sentences that are compared again and again. Not for whole documents."""
    return normalise(text).text


def find(needle: str, haystack: Normalised | str) -> Span | None:
    """Where a quotation stands in the original of `haystack`, verbatim up to what normalisation unifies.

    A match begins and ends at the edges of words and numbers: "5 days" is not found in "15 days" or in "2.5 days".
    """
    within = normalise(haystack) if isinstance(haystack, str) else haystack
    wanted = normalise(needle).text
    start = within.text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if not within.is_cut(start, end) and not any(_is_inside_word(within.text, edge) for edge in (start, end)):
            return within.original_span(start, end)
        start = within.text.find(wanted, start + 1)
    return None


_WORD = f"[{LATIN}0-9]"
# The two characters on either side of an edge with a line end, which normalised text does not hold, between them.
_INSIDE_WORD = re.compile(rf"{_WORD}\n{_WORD}|[0-9]\n[.,][0-9]|[0-9][.,]\n[0-9]|(?:^|[^{LATIN}0-9)\]])-\n[0-9]")


def _is_inside_word(text: str, position: int) -> bool:
    """Whether an edge at `position` would cut a word or number, or take its minus sign from it."""
    return bool(_INSIDE_WORD.search(f"{text[max(0, position - 2) : position]}\n{text[position : position + 2]}"))


class _Builder:
    """Joins folded pieces: keeps one space of a gap, and none at the edges or beside a Chinese or Japanese character.

    Writers and models differ in "5 条" and "5条" as they do in "GPT 模型" and "GPT模型".
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._starts = array("q")
        self._ends = array("q")
        self._last = ""
        self._gap: tuple[int, int] | None = None

    def add_run(self, folded: str, start: int) -> None:
        """A run of as many characters as it had in the original."""
        self._close_gap(folded[0])
        self._pieces.append(folded)
        self._last = folded[-1]
        self._starts.extend(range(start, start + len(folded)))
        self._ends.extend(range(start + 1, start + 1 + len(folded)))

    def add(self, folded: str, start: int, end: int) -> None:
        """What a letter with its marks became."""
        if folded == _SPACE:
            self._gap = (self._gap[0] if self._gap else start, end)
            return
        if folded in _SCRIPT_DIGITS and "a" <= self._last <= "z" and not self._gap:
            folded = _SCRIPT_DIGITS[folded]  # m² and CO₂, as opposed to 10²
        if folded:
            self._close_gap(folded[0])
            self._append(folded, start, end)

    def _close_gap(self, following: str) -> None:
        if self._gap and self._last and not _CJK.match(self._last) and not _CJK.match(following):
            self._append(_SPACE, *self._gap)
        self._gap = None

    def _append(self, folded: str, start: int, end: int) -> None:
        self._pieces.append(folded)
        self._last = folded[-1]
        self._starts.extend([start] * len(folded))
        self._ends.extend([end] * len(folded))

    def built(self) -> Normalised:
        return Normalised("".join(self._pieces), self._starts, self._ends)
