"""One value, written in the ways of both languages, is read as one quantity; another value never is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.quantities import Quantity, quantities, supports, unsupported

quickly = settings(max_examples=25, deadline=None)
"""The first reading compiles the patterns."""

DIGITS = "零一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789.,%", "０１２３４５６７８９．，％")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ONES = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def han(number: int) -> str:
    """A whole number up to 99,999,999 in Chinese numerals."""
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return f"{han(number // 10_000)}万{gap}{han(rest) if rest else ''}"
    written, pending = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            written += ("零" if pending and written else "") + DIGITS[digit] + name
            pending = False
        else:
            pending = True
    return written or "零"


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def only(text: str) -> Quantity:
    (found,) = quantities(text)
    return found


def require_one(notations: list[str]) -> None:
    """All are the same quantity, and each supports a claim in any other."""
    read = [only(text) for text in notations]
    assert {(one.kind, one.value, one.unit, one.date) for one in read} == {
        (read[0].kind, read[0].value, read[0].unit, read[0].date)
    }, notations
    assert all(supports(one, other) for one in read for other in read)


def yuan(amount: int) -> list[str]:
    ten_thousands, hundred_millions = Decimal(amount) / 10**4, Decimal(amount) / 10**8
    return [
        f"{amount}元",
        f"{amount:,}元",
        f"人民币{amount:,}元",
        f"{amount:,} 元".translate(FULL_WIDTH),
        f"{plain(ten_thousands)}万元",
        f"{plain(hundred_millions)}亿元",
        f"{han(amount)}元",
        f"RMB {amount:,}",
        f"CNY{amount}",
        f"¥{amount:,}",
        f"{amount:,} yuan",
        f"RMB {plain(Decimal(amount) / 10**6)} million",
        f"{plain(Decimal(amount) / 10**9)} billion yuan",
        f"{plain(Decimal(amount) / 10**3)} thousand yuan",
    ]


@quickly
@given(st.integers(1, 9_999).map(lambda number: number * 10_000))
def test_money(amount: int) -> None:
    require_one(yuan(amount))


@quickly
@given(st.integers(1, 9_999).map(lambda number: number * 10_000), st.integers(0, 13), st.integers(0, 13))
def test_another_amount_is_never_supported(amount: int, claimed: int, stated: int) -> None:
    assert unsupported(yuan(amount + 10_000)[claimed], [yuan(amount)[stated]])


@quickly
@given(st.integers(1, 9_999).map(lambda number: Decimal(number) / 100))
def test_percentages(share: Decimal) -> None:
    written = plain(share)
    require_one([f"{written}%", f"{written}%".translate(FULL_WIDTH), f"百分之{written}", f"{written} percent"])
    require_one([f"{written}个百分点", f"{written} percentage points", f"{plain(share * 100)}个基点"])
    assert unsupported(f"{written}%", [f"{written}个百分点"])


@quickly
@given(st.integers(2, 12))
def test_durations(number: int) -> None:
    require_one([f"{number}个月", f"{han(number)}个月", f"{number} months", f"{ONES[number]} months"])
    require_one([f"{number}年", f"{han(number)}年", f"{number} years", f"{12 * number}个月", f"{12 * number} months"])
    require_one([f"{number}周", f"{number}个星期", f"{ONES[number]} weeks", f"{7 * number}天", f"{7 * number} days"])
    require_one([f"{number}个工作日", f"{han(number)}个工作日", f"{ONES[number]} working days"])
    require_one([f"{number}小时", f"{number} hours", f"{60 * number}分钟", f"{60 * number} minutes"])
    assert unsupported(f"{number}个工作日", [f"{number} days"])


@quickly
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_dates(day: date) -> None:
    year, month, number = day.year, day.month, day.day
    require_one(
        [
            f"{year}年{month}月{number}日",
            f"{year}年{month:02}月{number:02}日".translate(FULL_WIDTH),
            f"{''.join('〇一二三四五六七八九'[int(digit)] for digit in str(year))}年{han(month)}月{han(number)}日",
            f"{year}-{month:02}-{number:02}",
            f"{year}/{month}/{number}",
            f"{MONTHS[month - 1]} {number}, {year}",
            f"{number} {MONTHS[month - 1]} {year}",
            f"{MONTHS[month - 1][:3]}. {number}, {year}",
        ]
    )


@quickly
@given(st.integers(1900, 2099), st.integers(1, 4))
def test_quarters(year: int, quarter: int) -> None:
    word = ("first", "second", "third", "fourth")[quarter - 1]
    require_one(
        [
            f"{year}年第{DIGITS[quarter]}季度",
            f"{year}年{quarter}季度",
            f"Q{quarter} {year}",
            f"the {word} quarter of {year}",
        ]
    )


@quickly
@given(st.integers(20, 9_999))
def test_people(number: int) -> None:
    require_one([f"{number}人", f"{number:,}名", f"{han(number)}人", f"{number:,} people", f"{number} employees"])


@quickly
@given(st.integers(1, 23), st.sampled_from([0, 5, 10, 30, 45]))
def test_times_of_day(hour: int, minute: int) -> None:
    half = "下午" if hour > 12 else "上午"
    meridiem = "p.m." if hour >= 12 else "a.m."
    short = hour - 12 if hour > 12 else hour
    labels = {
        only(text).label
        for text in (f"{hour}:{minute:02}", f"{half}{short}点{minute}分", f"{short}:{minute:02} {meridiem}")
    }

    assert labels == {f"{hour:02}:{minute:02}"}
