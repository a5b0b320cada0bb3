"""RTF rewritten before striprtf reads it, so that structure and East Asian characters come through.

striprtf gives running text: what marks headings, list items and tables is gone by then. Here those control words
are joined by marks, Unicode noncharacters that no document may contain, which `rtf` finds again in the text.
"""

from __future__ import annotations

import re

ROW_START, ROW_END, CELL, HEADER_ROW, HEADING, ITEM, LINE = "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5\ufdd6"
"""HEADING is followed by a digit, the level. ITEM by the label, when there is one, up to a tab."""

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})?[ ]?"
    rb"|(?P<bytes>(?:(?:\\'[0-9A-Fa-f]{2}|[\x80-\xff])[\r\n]*(?:[@-\[\]-z|~]|\\[\\{}])?)+)"
    rb"|\\[\x00-\x7f]"
)
_UNIT = re.compile(rb"\\'(?P<hex>..)|\\(?P<escaped>.)|(?P<raw>[^\r\n])", re.DOTALL)


def _mark(mark: str, argument: str = "") -> bytes:
    # In a group of its own, which keeps \uc, the number of characters that stand in for \u, as it was outside.
    return f"{{\\uc0\\u{ord(mark)} {argument}}}".encode()


_WORDS = {
    b"trowd": _mark(ROW_START) + rb"\trowd ",
    b"trhdr": _mark(HEADER_ROW),
    b"cell": _mark(CELL),
    b"row": _mark(ROW_END),
    b"nestcell": rb"\tab ",
    b"line": _mark(LINE),
    b"listtext": _mark(ITEM) + rb"\listtext ",
    b"pntext": _mark(ITEM) + rb"\listtext ",  # the same of Word 6 and 95, which striprtf would leave out
    b"field": rb"\field\plain ",  # keeps striprtf from writing a link's address after its text
}
_OUTLINE_LEVELS = 9
"""Word's \\outlinelevel counts from 0 to 8; 9 is body text."""

_MAC_CHARSETS = {b"78": b"128", b"79": b"136", b"80": b"129", b"85": b"134"}
"""East Asian character sets of old Macs, for which Python has no codec, to those of Windows."""


def rewritten(data: bytes) -> str:
    """ASCII. Pictures in binary form are left out."""
    parts: list[bytes] = []
    at = 0
    while token := _TOKEN.search(data, at):
        parts += (data[at : token.start()], _rewritten(token))
        at = token.end() + _binary_bytes(token)
    return b"".join([*parts, data[at:]]).decode("ascii")


def _binary_bytes(token: re.Match[bytes]) -> int:
    """Length of the raw bytes after \\bin, in which braces and backslashes mean nothing."""
    return max(0, int(token["number"] or 0)) if token["word"] == b"bin" else 0


def _rewritten(token: re.Match[bytes]) -> bytes:
    if token["bytes"]:
        return _escaped(token["bytes"])
    word, number = token["word"], token["number"]
    if word == b"bin":
        return b""
    if word == b"outlinelevel":
        level = int(number or 0)
        return _mark(HEADING, str(level + 1)) if 0 <= level < _OUTLINE_LEVELS else b""
    if word == b"f":
        # striprtf looks for a font's character set up to the end of the line, even among the fonts that follow.
        return b"\n" + token[0]
    if word == b"fcharset" and number in _MAC_CHARSETS:
        return rb"\fcharset" + _MAC_CHARSETS[number]
    return _WORDS.get(word, token[0])


def _escaped(run: bytes) -> bytes:
    """Every byte of a run as \\'xx, without line ends between.

    The second byte of a GBK, Big5 or Shift-JIS character may look like ASCII, and writers then put a letter there, or
    an escaped brace. striprtf joins neighbouring \\'xx only. In other code pages nothing changes by this.
    """
    return b"".join(b"\\'" + _hex(unit) for unit in _UNIT.finditer(run))


def _hex(unit: re.Match[bytes]) -> bytes:
    return unit["hex"] or (unit["escaped"] or unit["raw"]).hex().encode()
