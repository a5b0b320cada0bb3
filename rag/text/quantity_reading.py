"""The quantities of a text in two languages, brought to one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from rag.documents import Span
from rag.text.clock_times import clock_label, clock_patterns
from rag.text.dates import date_of, date_patterns
from rag.text.numerals import (
    SAME_LENGTH,
    SCALE_LETTERS,
    base_value,
    fraction_pattern,
    number_pattern,
    number_value,
)
from rag.text.quantity import Quantity, QuantityKind
from rag.text.scripts import HAN
from rag.text.units import currency_before, unit_after

# Citation marks, and the numbers of list items.
_IGNORED = re.compile(
    r"\[[0-9]{1,3}\]|【[0-9]{1,3}】|第[一二]次世界大战"
    r"|[:：;；,，。.]\s?[(（]?[0-9]{1,2}[)）](?!\s?[,.，。;；])|(?:[:：]\s?1|[;；。.]\s?[0-9]{1,2})\.(?=\s)"
    rf"|(?:[:：;；。]\s?[0-9]{{1,2}}、(?![0-9])|\s[0-9]{{1,2}}\.\s?(?=[{HAN}]))"
    r"|(?m:^[ \t]{0,9}[(（]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:[)）、]|\.(?![0-9])))"
)
_WIDE_THOUSANDS = re.compile(r"(?<=[0-9])，(?=[0-9]{3}(?![0-9]))")
# The 1960s, 20世纪60年代; without its century, a decade is of the one that is spoken of most.
_DECADE = re.compile(
    r"(?<![0-9])(?P<decade>[12][0-9]{2}0)(?:s\b|'s\b|年代)|(?:(?P<century>[0-9]{2})世纪)?(?P<tens>[1-9二三四五六七八九])[0十]年代"
)
# 1348–50: the tail of a span of years is a year without its century. With a hyphen, 02 may be a month.
_YEAR_TAIL = re.compile(
    r"(?<=(?<![0-9])[12][0-9]{3}[–—~])[0-9]{2}(?![0-9])|(?<=(?<![0-9])[12][0-9]{3}-)(?:1[3-9]|[2-9][0-9])(?![0-9])"
)
_CENTURY_WORDS: Final = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", "twenty-first"),
)
_CENTURY = re.compile(
    rf"(?i:\b(?:(?P<nth>[0-9]{{1,2}})(?:st|nd|rd|th)|(?P<word>{'|'.join(reversed(_CENTURY_WORDS))}))[\s-]centur(?:y|ies)\b)"
    r"|(?P<han>[0-9]{1,2}|[一二三四五六七八九十]{1,3})\s?世纪"
)
# A year later, 一年后: an article counts one, where a claim says so.
_ARTICLE = re.compile(
    r"(?i:\b(?:an?|the|next|last|past|previous|same|following)\s(?:first\s|last\s|past\s)?"
    r"(?P<unit>decade|year|quarter|month|week|day|hour|minute)\b)"
)
_ARTICLE_UNITS: Final = {
    "decade": (120, "month"), "year": (12, "month"), "quarter": (3, "month"), "month": (1, "month"),
    "week": (7, "day"), "day": (1, "day"), "hour": (3600, "second"), "minute": (60, "second"),
}  # fmt: skip
_HALF = re.compile(r"一半|半数|½|(?i:\bhalf\b(?!\s?-?(?:year|an?\b)))")
_ENGLISH_FRACTION = re.compile(
    r"(?i:\b(?P<count>one|two|three|a)[\s-](?P<part>half|third|quarter|fifth|tenth)s?\b(?!\s(?:of\s)?[12][0-9]{3}))"
)
_PARTS: Final = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_NUMBERED = re.compile(
    r"(?<![A-Za-z0-9.])(?P<digits>[0-9]{1,6})(?:(?i:st|nd|rd|th)\b|号)"
    r"|(?:(?i:\b(?:articles?|art\.|sections?|sec\.|chapters?|clauses?|no\.|appendix|tables?|fig(?:ure|\.)|rules?|steps?"
    r"|parts?|items?|phases?|schedule|paragraphs?|annex|level))|[图表]|附件|附录|附表|步骤|规则|条款)"
    r"\s?(?:(?P<named>[0-9]{1,6})(?![0-9A-Za-z%]|[.-][0-9])|(?P<roman>(?=[IVX])X{0,2}(?:IX|IV|V?I{0,3}))(?![A-Za-z0-9]))"
    # Floors are counted in order, with or without 第.
    r"|(?<![0-9一二三四五六七八九十第])(?P<floor>[0-9]{1,3}|[一二三四五六七八九十]{1,3})"
    r"(?:楼(?![房盘市宇价])|(?<=[一二三四五六七八九十])(?:号(?![召称码])|期(?![间限待望])|年级))"
    r"|(?:附件|附录|附表|[图表])(?P<annex>[一二三四五六七八九十]{1,3})(?![一-鿿])"
)
_ROMAN: Final = {"I": 1, "V": 5, "X": 10}
_TWICE = re.compile(r"(?i:\b(?P<times>twice|thrice)\b)")
# The five largest customers, 五大客户, in duplicate, doubled: counts without a word for what is counted.
_GREAT_FEW = re.compile(r"(?P<few>[二三四五六七八九十])大(?![于小约概家多学厦众量会])")
_MANIFOLD: Final = {
    **{"duplicate": 2, "triplicate": 3, "quadruplicate": 4, "doubled": 2, "tripled": 3, "quadrupled": 4},
    **{"twofold": 2, "threefold": 3, "fourfold": 4, "fivefold": 5, "tenfold": 10},
}
_MANIFOLD_WORD = re.compile(rf"(?i:\b(?P<word>{'|'.join(_MANIFOLD)})\b)")
_AND_A_HALF = re.compile(
    r"(?i:\b(?P<count>[0-9]{1,3}|an?|one|two|three|four|five|six)\s(?:and\sa\shalf\s(?P<after>years?|months?|weeks?|days?|hours?)"
    r"|(?P<before>years?|months?|weeks?|days?|hours?)\sand\sa\shalf)\b)"
)
_TENTHS = re.compile(
    r"(?P<tenths>[1-9]|[一二两三四五六七八九])成(?P<half>半)?(?![立为了功本员长果熟交分绩就品都效因像套型])"
)
_FIRST = re.compile("首(?=[次年批届个季月日份])")
_ORDINAL_WORDS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL_WORD = re.compile(rf"(?i:\b({'|'.join(_ORDINAL_WORDS)})\b(?!\spart(?:y|ies)\b))")
# GPT-4 and HR-2024-07 are told from numbers before those are read, 5x and 1.2.3 after; RMB1.2bn is money.
_NAMED_CODE = re.compile(
    r"(?<![A-Za-z0-9])(?!(?:km|cm|mm|m)[23]\b)(?!(?:RMB|CNY|USD|HKD|EUR|GBP|JPY|TWD)[0-9])[A-Za-z][A-Za-z0-9]*(?:[-_./][A-Za-z0-9]+)*"
)
# Mid-2013, pre-1990: parts of time, of which no code is made.
_PART_OF_TIME = re.compile(r"(?i:(?:mid|pre|post|early|late)-[0-9])")
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-_./][A-Za-z0-9]+)*")
_VERSION_MARK = re.compile(r"^v(?=[0-9])")

_BEFORE_CHARACTERS: Final = 20
_ORDINAL_BEFORE = re.compile(r"第\s?\Z")
# 第一，… 第二，… counts off points; 第三方 and 第一时间 count nothing.
_ORDINAL_PHRASE = re.compile(r"\s?[，、,:]|方|时间|手|线|人称|步")
_AGE_BEFORE = re.compile(r"(?:(?i:\b(?:age|aged|ages))|年龄)[\s:：|*]{0,6}(?:为|是)?\Z")
_NEGATIVE_BEFORE = re.compile(
    r"(?:负|零下|(?i:\bminus)\s|(?:^|[^\w)\]%\x00年月日天元-])\s?-|[\u4e00-\u9fff](?<![年月日天元])-)\Z"
)
# 1185 -1226 is a span of years.
_SPAN_BEFORE = re.compile(r"[0-9]\s-\Z")
_APPROXIMATELY_BEFORE = re.compile(
    r"(?:约|大约|大概|近|将近|接近|逾|超过|(?i:\b(?:about|approximately|around|nearly|roughly|almost|some))|(?<![\w%])~)\s?为?\Z"
)
_APPROXIMATELY_AFTER = re.compile(r"\s?(?:左右|上下|[多余])")
_MORE: Final = frozenset("多余几来")
_MONEY_LETTER = re.compile(r"(?P<letter>mn?|bn?)\b", re.IGNORECASE)
_TO = re.compile(r"\s?(?:-|–|—|~|至|到|或|(?i:\b(?:to|or)\b))\s?")
_AND = re.compile(r"\s?(?:和|与|(?i:\band\b))\s?")
_BETWEEN = re.compile(r"(?:介于|(?i:\bbetween))[^0-9]{0,8}\Z")

# 三个方面, 两部分: counts that whoever sums a text up makes, and no source states.
_SUMMARY = re.compile(r"(?:主要|重要)?(?:方面|部分|要点|步骤|原因|方式|阶段|层面|因素|特点)")
# 两家公司: the two that were asked about.
_THE_TWO = re.compile(r"(?:两|two)(?=家?(?:公司|企业)|\scompanies)")
# 这两种, 上述三个: what was counted before.
_THESE = re.compile(r"(?:[这该那]|上述|以上|前述|其他|其它|另外?|以下|如下)\Z")
_ONE: Final = frozenset({"一", "one", "a"})
_HAN_ALONE: Final = frozenset("零〇一二两三四五六七八九十")
# Ten and below, a number word without a unit is part of a phrase as often as it counts.
_PHRASE_LIMIT: Final = 10
# Three quotations, nine of the eleven: what is counted is named. Two ways and three reasons are counts that whoever
# sums a text up makes.
_COUNTED = re.compile(
    r"\sof the (?:[0-9]+|\w+een|ten|eleven|twelve|twenty)\b"
    r"|(?:\s(?!of\b)[a-z]+)?\s(?!(?:reason|way|part|step|side|point|aspect|thing|factor|area|kind|type|categor|method"
    r"|option|measure|stage|phase|element|section|feature|issue|example|condition|group|component|level|topic|theme"
    r"|times|companies)\w*)[a-z]{3,}(?<!s)s\b"
)
_PLAIN_DIGITS = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_LONGEST_NUMBER: Final = 24
_SENTENCE_CHARACTERS: Final = 1000
"""A text up to this size is read once and remembered."""
_MASK: Final = "\x00"


class _Number(NamedTuple):
    """A number as it stands in the text; `value` is without unit and sign, `left` ends what is read before it."""

    start: int
    end: int
    text: str
    value: Decimal
    left: int = 0


_Read = tuple[_Number, Quantity | None]


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text, in order. Marks such as `[3]` and the numbers of list items are none."""
    return list(_known(text) if len(text) <= _SENTENCE_CHARACTERS else _read(text))


@lru_cache(maxsize=4096)
def _known(text: str) -> tuple[Quantity, ...]:
    """A source sentence is held against every sentence of an answer, and each of them against every source."""
    return tuple(_read(text))


def _read(text: str) -> list[Quantity]:
    reading = _Reading(text)
    reading.skip(_IGNORED)
    for pattern in clock_patterns():
        reading.take(pattern, _clock_time)
    reading.skip(_YEAR_TAIL)
    reading.take(_DECADE, _decade)
    reading.take(_CENTURY, _century)
    for pattern in date_patterns():
        reading.take(pattern, _date)
    reading.take(_AND_A_HALF, _and_a_half)
    reading.take(_HALF, _half)
    reading.take(_ENGLISH_FRACTION, _english_fraction)
    reading.take(fraction_pattern(), _fraction)
    reading.take(_TENTHS, _tenths)
    reading.take(_GREAT_FEW, _great_few)
    reading.take(_MANIFOLD_WORD, _manifold)
    reading.take(_TWICE, _twice)
    reading.take(_NUMBERED, _numbered)
    reading.take(_NAMED_CODE, _code)
    reading.add(_amounts(reading.rest))
    reading.take(_ARTICLE, _one_of)
    reading.take(_ORDINAL_WORD, _ordinal_word)
    reading.take(_FIRST, _first)
    reading.take(_TOKEN, _code)
    return sorted(reading.found, key=lambda quantity: quantity.span)


class _Reading:
    """A text from which each step takes what it recognises, so that a later one cannot read it again."""

    def __init__(self, text: str) -> None:
        self.rest = _WIDE_THOUSANDS.sub(",", text.translate(SAME_LENGTH))
        self.found: list[Quantity] = []

    def skip(self, pattern: re.Pattern[str]) -> None:
        self.rest = pattern.sub(lambda match: _MASK * len(match[0]), self.rest)

    def take(self, pattern: re.Pattern[str], read: Callable[[re.Match[str]], Quantity | None]) -> None:
        self.add([quantity for match in pattern.finditer(self.rest) if (quantity := read(match))])

    def add(self, found: Iterable[Quantity]) -> None:
        """Quantities in the order of the text, without overlaps."""
        pieces, position = [], 0
        for quantity in found:
            self.found.append(quantity)
            start, end = quantity.span
            pieces += [self.rest[position:start], _MASK * (end - start)]
            position = end
        self.rest = "".join([*pieces, self.rest[position:]])


def _clock_time(match: re.Match[str]) -> Quantity | None:
    label = clock_label(match)
    return Quantity(Span(*match.span()), QuantityKind.CODE, unit="clock", label=label) if label else None


def _date(match: re.Match[str]) -> Quantity | None:
    date = date_of(match)
    return Quantity(Span(*match.span()), QuantityKind.DATE, date=date) if date else None


def _decade(match: re.Match[str]) -> Quantity:
    label = match["decade"]
    if not label:
        century = int(match["century"] or 20) - 1
        label = f"{century}{int(number_value(match['tens']) or 0)}0"
    return Quantity(Span(*match.span()), QuantityKind.CODE, unit="decade", label=f"{label}s")


def _century(match: re.Match[str]) -> Quantity:
    if match["word"]:
        number = Decimal(_CENTURY_WORDS.index(match["word"].lower().replace(" ", "-")) + 1)
    else:
        number = number_value(match["nth"] or match["han"]) or Decimal(0)
    return Quantity(Span(*match.span()), QuantityKind.CODE, unit="century", label=f"century {number}")


def _one_of(match: re.Match[str]) -> Quantity:
    size, unit = _ARTICLE_UNITS[match["unit"].lower()]
    return Quantity(Span(*match.span()), QuantityKind.DURATION, Decimal(size), unit, certain=False)


def _and_a_half(match: re.Match[str]) -> Quantity:
    count = match["count"].lower()
    number = Decimal(1) if count in ("a", "an") else number_value(count) or Decimal(1)
    size, unit = _ARTICLE_UNITS[(match["after"] or match["before"]).lower().rstrip("s")]
    return Quantity(Span(*match.span()), QuantityKind.DURATION, (number + Decimal("0.5")) * size, unit)


def _great_few(match: re.Match[str]) -> Quantity:
    value = number_value(match["few"]) or Decimal(0)
    return Quantity(Span(*match.span()), QuantityKind.NUMBER, value, certain=value > 2)


def _manifold(match: re.Match[str]) -> Quantity:
    word = match["word"].lower()
    kind, unit = (QuantityKind.COUNT, "fold") if word.endswith("d") else (QuantityKind.NUMBER, "")
    return Quantity(Span(*match.span()), kind, Decimal(_MANIFOLD[word]), unit, certain=False)


def _half(match: re.Match[str]) -> Quantity:
    certain = match[0].lower() != "half"
    return _quantity(match.string, match.span(), QuantityKind.PERCENT, Decimal(50), "percent", certain=certain)


def _tenths(match: re.Match[str]) -> Quantity:
    share = 10 * (number_value(match["tenths"]) or Decimal(0)) + (5 if match["half"] else 0)
    return _quantity(match.string, match.span(), QuantityKind.PERCENT, share, "percent")


def _twice(match: re.Match[str]) -> Quantity:
    value = Decimal(2 if match["times"].lower() == "twice" else 3)
    return _quantity(match.string, match.span(), QuantityKind.COUNT, value, "times")


def _english_fraction(match: re.Match[str]) -> Quantity:
    count = number_value(match["count"]) or Decimal(1)
    share = 100 * count / _PARTS[match["part"].lower()]
    return _quantity(match.string, match.span(), QuantityKind.PERCENT, share, "percent")


def _fraction(match: re.Match[str]) -> Quantity | None:
    part = number_value(match["part"])
    if part is None:
        return None
    share = 100 * part / base_value(match["base"])
    return _quantity(match.string, match.span(), QuantityKind.PERCENT, share, "percent")


def _numbered(match: re.Match[str]) -> Quantity:
    if match["roman"]:
        value: Decimal | None = Decimal(_roman(match["roman"]))
    else:
        value = number_value(match["digits"] or match["named"] or match["floor"] or match["annex"])
    return Quantity(Span(*match.span()), QuantityKind.ORDINAL, value or Decimal(0))


def _roman(numeral: str) -> int:
    """Up to XXIX, as chapters and phases are numbered."""
    values = [_ROMAN[letter] for letter in numeral]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _ordinal_word(match: re.Match[str]) -> Quantity:
    value = _ORDINAL_WORDS.index(match[1].lower()) + 1
    return Quantity(Span(*match.span()), QuantityKind.ORDINAL, Decimal(value), certain=value > 2)


def _first(match: re.Match[str]) -> Quantity:
    return Quantity(Span(*match.span()), QuantityKind.ORDINAL, Decimal(1), certain=False)


def _code(match: re.Match[str]) -> Quantity | None:
    token = match[0]
    if _PART_OF_TIME.match(token):
        return None
    has_digit, has_letter = any(map(str.isdigit, token)), any(map(str.isalpha, token))
    if not has_digit or not (has_letter or token.count(".") > 1 or len(token) > _LONGEST_NUMBER):
        return None
    return Quantity(Span(*match.span()), QuantityKind.CODE, label=_VERSION_MARK.sub("", token.casefold()))


def _amounts(text: str) -> list[Quantity]:
    """The quantities that numbers make with what stands around them."""
    read = _read_in_turn(text)
    for high in range(len(read) - 1, 0, -1):
        low = high - 1
        if _are_a_range(text, read[low][0], read[high][0]):
            number = _scaled_alike(read[low][0], read[high][0])
            read[low], read[high] = _sharing_unit(text, (number, _amount(text, number)), read[high])
    return [amount for _, amount in read if amount]


def _are_a_range(text: str, low: _Number, high: _Number) -> bool:
    if _TO.fullmatch(text, low.end, high.start):
        return True
    before = text[max(0, low.start - _BEFORE_CHARACTERS) : low.start]
    return bool(_AND.fullmatch(text, low.end, high.start) and _BETWEEN.search(before))


def _read_in_turn(text: str) -> list[_Read]:
    """Each number with the amount it makes on its own, of what the one before has left."""
    read: list[_Read] = []
    left = 0
    for number in _numbers(text):
        if number.start >= left:  # the 半 of 两个半天 is told already
            number = number._replace(left=left)
            amount = _amount(text, number)
            read.append((number, amount))
            left = amount.span.end if amount else number.end
    return read


def _numbers(text: str) -> Iterator[_Number]:
    for match in number_pattern().finditer(text):
        value = number_value(match[0])
        if value is not None:
            yield _Number(match.start(), match.end(), match[0].lower(), value)


def _scaled_alike(low: _Number, high: _Number) -> _Number:
    """In 3-5万 the 3 counts ten thousands as well, but in 800 to 1 million the 800 does not count millions."""
    digits = _PLAIN_DIGITS.match(high.text)
    written = number_value(digits[0]) if digits else None
    if not written or low.value > written or not _PLAIN_DIGITS.fullmatch(low.text):
        return low
    return low._replace(value=low.value * high.value / written)


def _sharing_unit(text: str, low: _Read, high: _Read) -> tuple[_Read, _Read]:
    """The ends of a range with the unit that one of them bears: 10至15天, $3-5 million, 第3至5条."""
    bare = (None, QuantityKind.NUMBER)
    low_kind, high_kind = (amount and amount.kind for _, amount in (low, high))
    if low_kind in bare and high[1] and high_kind not in (*bare, QuantityKind.ORDINAL):
        return (low[0], _in_unit_of(text, low[0], high)), high
    if low_kind in (QuantityKind.MONEY, QuantityKind.ORDINAL) and high_kind in (*bare, QuantityKind.COUNT):
        return low, (high[0], _in_unit_of(text, high[0], low))
    return low, high


def _in_unit_of(text: str, number: _Number, model: _Read) -> Quantity | None:
    model_number, amount = model
    if amount is None:
        return None
    factor = abs(amount.value) / model_number.value if model_number.value else Decimal(1)
    return _quantity(text, (number.start, number.end), amount.kind, number.value * factor, amount.unit)


def _amount(text: str, number: _Number) -> Quantity | None:
    """What a number measures: the first of its readings that its surroundings allow."""
    return _ordinal(text, number) or _money(text, number) or _measure(text, number) or _bare(text, number)


def _ordinal(text: str, number: _Number) -> Quantity | None:
    before = _ORDINAL_BEFORE.search(text, max(number.left, number.start - _BEFORE_CHARACTERS), number.start)
    if not before:
        return None
    certain = not _ORDINAL_PHRASE.match(text, number.end)
    return _quantity(text, (before.start(), number.end), QuantityKind.ORDINAL, number.value, certain=certain)


def _money(text: str, number: _Number) -> Quantity | None:
    prefix = currency_before(text, number.left, number.start)
    letter = _MONEY_LETTER.match(text, number.end) if prefix else None
    end = letter.end() if letter else number.end
    value = number.value * SCALE_LETTERS[letter["letter"].lower()] if letter else number.value
    following = unit_after(text, end)
    if following and following.unit.kind is QuantityKind.MONEY and not _belongs_to_next(text, following.end, prefix):
        start = prefix[0] if prefix else number.start
        # 港币300元: 元 is whatever was named before.
        base = prefix[1].base if prefix and text[end : following.end].strip() == "元" else following.unit.base
        return _quantity(text, (start, following.end), QuantityKind.MONEY, value, base)
    return _quantity(text, (prefix[0], end), QuantityKind.MONEY, value, prefix[1].base) if prefix else None


def _belongs_to_next(text: str, currency_end: int, prefix: object) -> bool:
    """Whether a currency after a number is the sign of the next one: $2bn, $5m or USD 3 EUR 4."""
    followed_by_number = text[currency_end : currency_end + 2].lstrip()[:1].isdecimal()
    return followed_by_number and (prefix is not None or text[currency_end - 1] in "$€£¥₩")


def _measure(text: str, number: _Number) -> Quantity | None:
    following = unit_after(text, number.end)
    if following is None or following.unit.kind is QuantityKind.MONEY:
        return None
    unit = following.unit
    in_phrase = unit.kind is QuantityKind.COUNT and (
        bool(_THESE.search(text, max(0, number.start - _BEFORE_CHARACTERS), number.start))
        or number.text in _ONE
        or bool(_THE_TWO.match(text, number.start))
        or (unit.base == "item" and bool(_SUMMARY.match(text, following.end)))
    )
    value = (number.value + following.extra) * unit.factor
    return _quantity(text, (number.start, following.end), unit.kind, value, unit.base, certain=not in_phrase)


def _bare(text: str, number: _Number) -> Quantity | None:
    first, after = number.text[0], text[number.end : number.end + 1]
    if number.text in _HAN_ALONE or (first.isdecimal() and after.isascii() and after.isalpha()):
        return None
    if _AGE_BEFORE.search(text, max(0, number.start - _BEFORE_CHARACTERS), number.start):
        return _quantity(text, (number.start, number.end), QuantityKind.MEASURE, number.value, "year_of_age")
    is_word = first.isascii() and first.isalpha()
    certain = (
        not is_word or number.value > _PHRASE_LIMIT or (number.value > 1 and bool(_COUNTED.match(text, number.end)))
    )
    return _quantity(text, (number.start, number.end), QuantityKind.NUMBER, number.value, certain=certain)


def _quantity(
    text: str, place: tuple[int, int], kind: QuantityKind, size: Decimal, unit: str = "", *, certain: bool = True
) -> Quantity:
    """The quantity at a place of the text, with the sign that stands before it and whether it is said to be rough."""
    start, end = place
    before = text[max(0, start - _BEFORE_CHARACTERS) : start]
    approximate = bool(
        _APPROXIMATELY_BEFORE.search(before)
        or _APPROXIMATELY_AFTER.match(text, end)
        or not _MORE.isdisjoint(text[start:end])
    )
    is_negative = _NEGATIVE_BEFORE.search(before) and not _SPAN_BEFORE.search(before)
    value = -size if is_negative else size
    return Quantity(Span(start, end), kind, value, unit, approximate=approximate, certain=certain)
