"""Bytes of unknown encoding become text, or an error: never quietly the wrong characters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from ingest.parsing.records import UnreadableFormat

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # UTF-32 LE begins with the mark of UTF-16 LE, so it must be asked for first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ("gb18030", "big5hkscs", "cp932")
_WIDE = ("utf-16-le", "utf-16-be")
_SAMPLE_BYTES = 64 * 1024
_PLAUSIBLE = 0.8
"""Least share of everyday characters among the non-ASCII ones. Right decodings of prose reach 0.95; Big5 read as
GB18030, and the reverse, stay below 0.6, because half of their trail bytes lead to rare Han characters."""

_BROKEN_OF_WELL_FORMED = 0.1
"""Most invalid sequences, of the valid ones beyond ASCII, in a file that we still call UTF-8. In other encodings the
valid ones are rare accidents."""

_BROKEN_SHARE = 0.02

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]+)""", re.I)
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "iso-8859-1": "cp1252"}
"""Labels that name a smaller set than files under them use (WHATWG Encoding, section 4.2)."""


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes) -> Decoded:
    """The text of a file without a declared encoding.

    A mark at the start, then UTF-8, then UTF-16 without a mark, then the East Asian encodings whose outcome reads
    like prose, then what charset-normalizer thinks. Raises UnreadableFormat when none is plausible.
    """
    if marked := _by_mark(data):
        return marked
    if strict := _strictly(data, "utf-8"):
        return _widened(data) or strict
    decoded = _widened(data) or _slightly_broken(data) or _plausible(data, _LEGACY) or _guessed(data) or _cut(data)
    if decoded is None:
        raise UnreadableFormat("its character encoding cannot be recognised; save it as UTF-8")
    return decoded


def decode_markup(data: bytes) -> Decoded:
    """The text of HTML: the encoding that it declares in its first 2,048 bytes, when that fits, else `decode`."""
    declared = _DECLARED.search(data[:2048])
    if declared is None or _by_mark(data):
        return decode(data)
    label = declared.group(1).decode("ascii", "replace").lower()
    return _strictly(data, _ALIASES.get(label, label)) or decode(data)


def _by_mark(data: bytes) -> Decoded | None:
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding is None:
        return None
    return _strictly(data, encoding) or _replacing(data, encoding)


def _strictly(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _replacing(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    return Decoded(text, encoding, (f"{lost} characters were not valid {encoding} and show as \ufffd",))


def _widened(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: Latin text has its zero bytes on one side, Chinese text is no UTF-8 but reads like prose.

    Bytes with stray zeros have them on one side too, by chance; what they widen to is no prose.
    """
    if len(data) % 2:
        return None
    if 0 not in data:
        return _plausible(data, _WIDE) if _strictly(data, "utf-8") is None else None
    even, odd = data[0::2].count(0), data[1::2].count(0)
    decoded = _strictly(data, "utf-16-le" if odd > even else "utf-16-be")
    return decoded if decoded and _reads_well(decoded.text[:_SAMPLE_BYTES]) else None


def _reads_well(text: str) -> bool:
    beyond_latin = sum(character > "\u024f" for character in text)
    mostly_latin = beyond_latin <= _BROKEN_SHARE * len(text)
    return "\0" not in text and (mostly_latin or _everyday_share(text) >= _PLAUSIBLE)


def _slightly_broken(data: bytes) -> Decoded | None:
    """UTF-8 with a few wrong bytes. Text in another encoding breaks at nearly every character beyond ASCII."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    well_formed = sum(character > "\x7f" for character in text) - lost
    return _replacing(data, "utf-8") if lost <= _BROKEN_OF_WELL_FORMED * well_formed else None


def _cut(data: bytes) -> Decoded | None:
    """Last resort of `_slightly_broken`: ASCII with a few bytes that make sense in no encoding of ours."""
    text = data.decode("utf-8", "replace")
    return _replacing(data, "utf-8") if text.count("\ufffd") <= _BROKEN_SHARE * len(text) else None


def _plausible(data: bytes, encodings: tuple[str, ...]) -> Decoded | None:
    """The decoding that reads most like prose, when it does so well enough; the earlier one of equals."""
    candidates = [decoded for name in encodings if (decoded := _strictly(data, name))]
    scored = [(_everyday_share(decoded.text[:_SAMPLE_BYTES]), decoded) for decoded in candidates]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= _PLAUSIBLE else None


def _guessed(data: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    decoded = _strictly(data, best.encoding) if best else None
    if decoded is None or _damaged_share(decoded.text) > _BROKEN_SHARE:
        return None
    return Decoded(decoded.text, decoded.encoding, (f"the encoding was guessed: {decoded.encoding}",))


def _everyday_share(text: str) -> float:
    """Share of the non-ASCII characters that everyday text is made of; 0 for text without any.

    Characters beyond the Basic Multilingual Plane count neither way: emoji and rare names are no sign of an error.
    """
    beyond_ascii = [character for character in text if "\x7f" < character < "\U00010000"]
    if not beyond_ascii:
        return 0.0
    return sum(map(_is_everyday, beyond_ascii)) / len(beyond_ascii)


def _is_everyday(character: str) -> bool:
    """Kana, CJK punctuation, full-width forms, and the Han characters that GB 2312 or Big5 rank as frequent."""
    if "\u4e00" <= character <= "\u9fff":
        return _in_rows(character, "gb2312", 0xB0, 0xD7) or _in_rows(character, "big5", 0xA4, 0xC6)
    punctuation = character in "·—–‘’“”…《》°×〇" or "\u3001" <= character <= "\u3011"
    return punctuation or "\u3041" <= character <= "\u30ff" or "\uff01" <= character <= "\uff5e"


def _in_rows(character: str, encoding: str, first: int, last: int) -> bool:
    """Whether the lead byte lies in the rows of frequent characters: level 1 of GB 2312, of Big5."""
    try:
        return first <= character.encode(encoding)[0] <= last
    except UnicodeEncodeError:
        return False


def _damaged_share(text: str) -> float:
    damaged = sum(
        unicodedata.category(character) in ("Cc", "Cn", "Co") for character in text if character not in "\t\n\r\f"
    )
    return damaged / max(1, len(text))
