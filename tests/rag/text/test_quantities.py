from __future__ import annotations

import subprocess
import sys
import time
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.dates import PartialDate
from rag.text.quantities import Quantity, QuantityKind, quantities, supports, unsupported


def only(text: str) -> Quantity:
    (found,) = quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("共1,234.5", "number", "1234.5", ""),
        ("１２，３４５ 元", "money", "12345", "CNY"),
        ("12.3亿元", "money", "1230000000", "CNY"),
        ("人民币500万元", "money", "5000000", "CNY"),
        ("RMB1.23bn", "money", "1230000000", "CNY"),
        ("HK$5 million", "money", "5000000", "HKD"),
        ("$5m", "money", "5000000", "USD"),
        ("300美元", "money", "300", "USD"),
        ("€2.5", "money", "2.5", "EUR"),
        ("增长15％", "percent", "15", "percent"),
        ("百分之十五点三", "percent", "15.3", "percent"),
        ("千分之五", "percent", "0.5", "percent"),
        ("四分之一", "percent", "25", "percent"),
        ("three-quarters", "percent", "75", "percent"),
        ("一半", "percent", "50", "percent"),
        ("5个百分点", "percentage_point", "5", "percentage_point"),
        ("50 bps", "percentage_point", "0.5", "percentage_point"),
        ("60个月", "duration", "60", "month"),
        ("a 60-month term", "duration", "60", "month"),
        ("五年", "duration", "60", "month"),
        ("半年", "duration", "6", "month"),
        ("一年半", "duration", "18", "month"),
        ("两个半月", "duration", "2.5", "month"),
        ("两周", "duration", "14", "day"),
        ("half an hour", "duration", "1800", "second"),
        ("十个工作日", "duration", "10", "working_day"),
        ("10 business days", "duration", "10", "working_day"),
        ("twenty-five days", "duration", "25", "day"),
        ("3千克", "measure", "3", "kg"),
        ("100平方米", "measure", "100", "m²"),
        ("气温-5℃", "measure", "-5", "°C"),
        ("零下5摄氏度", "measure", "-5", "°C"),
        ("16 GB", "measure", "16", "GB"),
        ("三千五百人", "count", "3500", "person"),
        ("20 pages", "count", "20", "page"),
        ("3 times", "count", "3", "times"),
        ("four (4) years", "duration", "48", "month"),
        ("六（6）个月", "duration", "6", "month"),
        ("Age: 82", "measure", "82", "year_of_age"),
        ("第三条", "ordinal", "3", ""),
        ("Article 5", "ordinal", "5", ""),
        ("the 3rd", "ordinal", "3", ""),
        ("亏损-1,200万元", "money", "-12000000", "CNY"),
        ("百分之零点六", "percent", "0.6", "percent"),
        ("三成半", "percent", "35", "percent"),
        ("港币300元", "money", "300", "HKD"),
        ("minus 20 degrees Celsius", "measure", "-20", "°C"),
        ("3,000 operating hours", "duration", "10800000", "second"),
        ("a year and a half", "duration", "18", "month"),
        ("two and a half years", "duration", "30", "month"),
        ("两分半钟", "duration", "150", "second"),
        ("twice", "count", "2", "times"),
        ("seven quotations", "number", "7", ""),
        ("五大客户", "number", "5", ""),
        ("三楼", "ordinal", "3", ""),
        ("二期工程", "ordinal", "2", ""),
        ("Phase II", "ordinal", "2", ""),
        ("Chapter IV", "ordinal", "4", ""),
        ("附件二", "ordinal", "2", ""),
        ("760纳米", "measure", "7.6E-7", "metre"),
    ],
)
def test_one_quantity_in_its_one_form(text: str, kind: str, value: str, unit: str) -> None:
    found = only(text)

    assert (found.kind, found.value, found.unit) == (QuantityKind(kind), Decimal(value), unit)
    assert found.certain


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024年3月5日", PartialDate(2024, month=3, day=5)),
        ("二〇二四年三月五日", PartialDate(2024, month=3, day=5)),
        ("2024-03-05", PartialDate(2024, month=3, day=5)),
        ("2024/3/5", PartialDate(2024, month=3, day=5)),
        ("March 5, 2024", PartialDate(2024, month=3, day=5)),
        ("5 March 2024", PartialDate(2024, month=3, day=5)),
        ("the 5th of March, 2024", PartialDate(2024, month=3, day=5)),
        ("this 30th day of April, 2023", PartialDate(2023, month=4, day=30)),
        ("5th, March", PartialDate(month=3, day=5)),
        ("Mar 2024", PartialDate(2024, month=3)),
        ("2024-03", PartialDate(2024, month=3)),
        ("2024年度", PartialDate(2024)),
        ("3月5日", PartialDate(month=3, day=5)),
        ("Q3 2024", PartialDate(2024, quarter=3)),
        ("2024年第三季度", PartialDate(2024, quarter=3)),
        ("the third quarter of 2024", PartialDate(2024, quarter=3)),
        ("三季度", PartialDate(quarter=3)),
        ("2024年上半年", PartialDate(2024, half=1)),
        ("2024财年", PartialDate(2024)),
        ("FY2024", PartialDate(2024)),
        ("by the end of April", PartialDate(month=4)),
        ("in May", PartialDate(month=5)),
        ("下半年", PartialDate(half=2)),
    ],
)
def test_dates_tell_what_is_written(text: str, date: PartialDate) -> None:
    assert only(text).date == date


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("GPT-4", "gpt-4"),
        ("v1.2.3", "1.2.3"),
        ("HR-2024-07", "hr-2024-07"),
        ("9:00", "09:00"),
        ("下午6点半", "18:30"),
        ("6:30 p.m.", "18:30"),
        ("noon", "12:00"),
        ("零点", "00:00"),
        ("the 1960s", "1960s"),
        ("20世纪60年代", "1960s"),
        ("the 2nd century", "century 2"),
        ("公元二世纪", "century 2"),
    ],
)
def test_codes_and_times_keep_a_label(text: str, label: str) -> None:
    assert only(text).label == label


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3-5万元", [30_000, 50_000]),
        ("10至15天", [10, 15]),
        ("5%~10%", [5, 10]),
        ("$3-5 million", [3_000_000, 5_000_000]),
        ("三到五年", [36, 60]),
        ("第3至5条", [3, 5]),
        ("800 to 1 million yuan", [800, 1_000_000]),
    ],
)
def test_the_ends_of_a_range_share_unit_and_scale(text: str, values: list[int]) -> None:
    found = quantities(text)

    assert [quantity.value for quantity in found] == values
    assert len({(quantity.kind, quantity.unit) for quantity in found}) == 1


@pytest.mark.parametrize("text", ["约30家", "30余家", "about 30 companies", "30家左右"])
def test_a_rough_number_is_known_as_rough(text: str) -> None:
    assert only(text).approximate
    assert not only("30家").approximate


@pytest.mark.parametrize(
    "text",
    [
        "一些、一下、一起、一般、一定、一直、万一、十分、千万不要",
        "三星、五粮液、三一重工、三三两两、四川、百度、七夕",
        "数百万 几十 上百 百万元",
        "零部件、零食、第二次世界大战",
        "见[3]和【2】",
        "1. 年假\n(2) 病假\n三、事假",
    ],
)
def test_phrases_names_and_marks_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(
    "claim",
    [
        "第一时间处理",
        "one of them, no one, one another",
        "第一，要备份",
        "一个问题",
        "以下三个方面",
        "First, ask.",
    ],
)
def test_a_claim_is_not_held_to_turns_of_phrase(claim: str) -> None:
    assert unsupported(claim, ["nothing"]) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("60 months", "为期五年"),
        ("2周", "14 days"),
        ("90分钟", "1.5 hours"),
        ("营收12.3亿元", "revenue of CNY 1.23 billion"),
        ("营收12.3亿元", "1,230 million yuan"),
        ("2024年", "签于2024-03-05"),
        ("2024年一季度", "March 5, 2024"),
        ("2024年的报告", "the 2024 report"),
        ("in 2024", "2024年3月"),
        ("2020-2024年", "from 2020 to 2024"),
        ("15", "15天"),
        ("公司有500名员工", "The company has 500 employees."),
        ("It has three subsidiaries", "有3家子公司"),
        ("第五条", "Article 5"),
        ("9:00至18:00", "上午9点到下午6点"),
        ("25%", "四分之一"),
        ("使用GPT-4", "gpt-4 was used"),
        ("净利润1,230万元", "项目 | 金额（万元）\n净利润 | 1,230"),
        ("增速为5.2%", "指标 | 增速(%)\nGDP | 5.2"),
        ("RMB 5.3 billion", "(RMB million)\nRevenue 5,300"),
        ("同比下降5%", "同比 -5%"),
        ("-5%", "a decrease of 5%"),
        ("between 150 and 180 million yuan", "1.5亿元至1.8亿元"),
        ("第一年", "首年"),
        ("两岁以下儿童", "children under two years"),
        ("一年后", "a year later"),
        ("最近十年", "the last decade"),
        ("一半以上", "over half"),
        ("超过3倍", "more than threefold"),
        ("一式三份", "in triplicate"),
        ("V2.0", "version 2.0"),
        ("(1185–1226)", "(1185 -1226)"),
        ("挪威1348年", "in 1348–50"),
        ("mid-2013", "2013年年中"),
    ],
)
def test_the_same_quantity_in_other_words_supports_a_claim(claim: str, source: str) -> None:
    assert unsupported(claim, ["无关内容。", source]) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("60 months", "24 months"),
        ("60个月", "期限24个月"),
        ("30天", "1个月"),
        ("5个工作日", "5天"),
        ("5个百分点", "5%"),
        ("5%", "5个百分点"),
        ("5%", "5"),
        ("15天", "15"),
        ("100元", "100美元"),
        ("12.3亿元", "12.3万元"),
        ("2024年3月5日", "2024年"),
        ("2024年3月", "2024年4月"),
        ("2024年", "2023-03-05"),
        ("GPT-4", "GPT-3"),
        ("v1.2.3", "v1.2.4"),
        ("9:00", "9:30"),
        ("增长5%", "-5%"),
        ("3.14", "3.1"),
        ("净利润1,230万元", "项目 | 金额（亿元）\n净利润 | 1,230"),
        ("第五条", "第六条"),
        ("3名员工", "3台设备"),
    ],
)
def test_another_quantity_does_not_support_a_claim(claim: str, source: str) -> None:
    missing = unsupported(claim, [source])

    assert len(missing) == 1
    assert missing[0].span.of(claim) in claim


@pytest.mark.parametrize(
    "claim",
    [
        "做了3项检查，分别为血气分析、白细胞计数和胸部X光。",
        "It made 3 examinations, namely a scan, a panel, and a biopsy.",
        "证据包括记录、录像、证言，共计三份。",
        "包括：1. 殴打；2. 辱骂",
    ],
)
def test_a_claim_may_count_what_it_lists(claim: str) -> None:
    assert unsupported(claim, ["nothing"]) == []


def test_a_count_that_its_list_belies_needs_a_source() -> None:
    assert len(unsupported("做了4项检查，分别为血气分析、白细胞计数和胸部检查。", ["nothing"])) == 1


def test_a_span_names_the_words_of_the_quantity() -> None:
    text = "合同期为 60 个月，违约金为１０％。"

    assert [quantity.span.of(text) for quantity in quantities(text)] == ["60 个月", "１０％"]


def test_what_is_unsupported_is_named_alone() -> None:
    claim = "年假15天，工资5000元。"

    assert [quantity.span.of(claim) for quantity in unsupported(claim, ["年假十五天", "工资6000元"])] == ["5000元"]


_PIECES = st.sampled_from(
    [
        *"0159,.，%-–~至到第三十百万亿两半个月年日天元$¥点:/[] \n负约多余分之",
        "RMB",
        "of",
        "a",
        "half",
        "one",
        "m",
        "bn",
        "May ",
    ]
)


@settings(deadline=None)  # the first reading compiles the patterns
@given(st.lists(st.one_of(_PIECES, st.text(max_size=3))).map("".join))
def test_any_text_is_read_without_overlaps_and_supports_itself(text: str) -> None:
    found = quantities(text)

    assert all(0 <= quantity.span.start < quantity.span.end <= len(text) for quantity in found)
    assert all(before.span.end <= after.span.start for before, after in pairwise(found))
    assert all(supports(quantity, quantity) for quantity in found)
    assert unsupported(text, [text]) == []


@pytest.mark.parametrize("unit", ["1", "一", "abc ", " ", "$", "第3条10天 ", "百分之", "-"])
def test_a_long_text_takes_seconds(unit: str) -> None:
    text = unit * (300_000 // len(unit))

    start = time.perf_counter()
    quantities(text)

    assert time.perf_counter() - start < 10


def test_importing_compiles_no_large_pattern() -> None:
    code = (
        "import rag.text.quantities; from rag.text.numerals import number_pattern; print(number_pattern.cache_info())"
    )
    compiled = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "currsize=0" in compiled


@pytest.mark.parametrize(
    "text", ["初步诊断：1. 哮喘 2. 高血压病", "诊断：1、肺炎；2、高血压", "症状：1、发热。2、咳嗽"]
)
def test_the_numbers_of_a_list_in_one_line_count_nothing(text: str) -> None:
    assert quantities(text) == []
