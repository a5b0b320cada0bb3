"""Documents and questions made up from templates: the same ones for the same seed, on any machine.

They are service records of made-up stations, half of them Chinese. Names, codes, numbers and dates vary from sentence
to sentence, so that passages differ and lexical search has terms to tell them apart by; nobody should read more into
what is found, only into how long it takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Literal

CorpusLanguage = Literal["zh", "en"]

SECTIONS = 8
_SENTENCES = 11  # a section then makes two to four passages of the default length

_WORDS: Mapping[CorpusLanguage, Mapping[str, Sequence[str]]] = {
    "en": {
        "place": (
            "Ashford",
            "Brinmoor",
            "Calder",
            "Dunwick",
            "Elmsgate",
            "Farleigh",
            "Glenrow",
            "Hartwell",
            "Inverlea",
            "Kingsmere",
        ),
        "device": ("dosing pump", "turbidity sensor", "flow meter", "ozone generator", "inlet valve", "sand filter"),
        "part": ("membrane", "seal ring", "impeller", "control board", "pressure gauge", "supply cable", "bearing"),
        "person": (
            "Abbott",
            "Bennett",
            "Crawford",
            "Donovan",
            "Ellison",
            "Fairfax",
            "Granger",
            "Holloway",
            "Irving",
            "Jennings",
        ),
        "cause": ("corrosion", "a blocked intake", "voltage swings", "a worn thread", "a late delivery", "frost"),
    },
    "zh": {
        "place": ("安溪", "白鹭湖", "长宁", "大渡口", "峨山", "枫林", "古塘", "海晏", "江浦", "坤湖"),
        "device": ("计量泵", "浊度传感器", "流量计", "臭氧发生器", "进水阀", "砂滤池"),
        "part": ("隔膜", "密封圈", "叶轮", "控制板", "压力表", "供电电缆", "轴承"),
        "person": ("陈立", "方敏", "郭涛", "何静", "蒋勇", "林芳", "马超", "彭飞", "沈洁", "吴刚"),
        "cause": ("腐蚀", "进水口堵塞", "电压波动", "螺纹磨损", "到货延迟", "冻裂"),
    },
}
_SENTENCES_OF: Mapping[CorpusLanguage, Sequence[str]] = {
    "en": (
        "The {part} of {device} {code} at {place} station was replaced on {day} {month} {year} because of {cause}.",
        "{person} measured {number} litres per hour at {device} {code}, which is {share} percent below the rating.",
        "Under contract {code}, the {device} in {place} must be inspected every {count} weeks.",
        "Spare part {code}, a {part}, costs {number} yuan and is delivered within {count} days.",
        "The night shift in {place} reported {count} alarms, most of them caused by {cause}.",
        "Until the {part} arrives, {person} keeps the {device} at {share} percent of its capacity.",
    ),
    "zh": (
        "{year}年{month}月{day}日，{place}站因{cause}更换了{device}{code}的{part}。",
        "{person}测得{device}{code}的流量为每小时{number}升，比额定值低{share}%。",
        "按照合同{code}，{place}的{device}每{count}周必须检查一次。",
        "备件{code}（{part}）单价为{number}元，{count}天内到货。",
        "{place}站夜班共报告{count}次报警，多数由{cause}引起。",
        "在{part}到货之前，{person}将{device}的负荷控制在{share}%。",
    ),
}
_QUESTIONS: Mapping[CorpusLanguage, Sequence[str]] = {
    "en": (
        "Why was the {part} of the {device} at {place} station replaced in {year}?",
        "How often must the {device} in {place} be inspected under contract {code}?",
        "How much does spare part {code} cost, and how soon is it delivered?",
    ),
    "zh": (
        "{place}站的{device}为什么在{year}年更换了{part}？",
        "按照合同{code}，{place}的{device}多久检查一次？",
        "备件{code}的单价是多少，多少天内到货？",
    ),
}
_TITLES: Mapping[CorpusLanguage, str] = {"en": "Service record {code}, {place}", "zh": "{place}站检修记录 {code}"}
_HEADINGS: Mapping[CorpusLanguage, str] = {"en": "{device}, {month}/{year}", "zh": "{device}，{year}年{month}月"}


@dataclass(frozen=True, slots=True)
class MadeUpDocument:
    """A Markdown file: its name and its content."""

    name: str
    text: str


def documents(seed: int = 0) -> Iterator[MadeUpDocument]:
    """Without end, English and Chinese in turn, some 25 passages each. No two have the same text."""
    for number in count():
        random = Random(f"document {seed} {number}")
        yield MadeUpDocument(f"record-{seed}-{number:05}.md", _document(random, "zh" if number % 2 else "en"))


def questions(seed: int = 0) -> Iterator[str]:
    """Without end, English and Chinese in turn."""
    for number in count():
        random = Random(f"question {seed} {number}")
        language: CorpusLanguage = "zh" if number % 2 else "en"
        yield _filled(random, language, random.choice(_QUESTIONS[language]))


def _document(random: Random, language: CorpusLanguage) -> str:
    sections = "\n\n".join(_section(random, language) for _ in range(SECTIONS))
    return f"# {_filled(random, language, _TITLES[language])}\n\n{sections}\n"


def _section(random: Random, language: CorpusLanguage) -> str:
    heading = _filled(random, language, _HEADINGS[language])
    sentences = [_filled(random, language, random.choice(_SENTENCES_OF[language])) for _ in range(_SENTENCES)]
    return f"## {heading}\n\n{(' ' if language == 'en' else '').join(sentences)}"


def _filled(random: Random, language: CorpusLanguage, template: str) -> str:
    words = {name: random.choice(choices) for name, choices in _WORDS[language].items()}
    return template.format(
        **words,
        code=f"{random.choice('ABCDEFGH')}{random.choice('KLMNPQRS')}-{random.randrange(100, 10_000)}",
        number=random.randrange(100, 9_000),
        count=random.randrange(2, 60),
        share=random.randrange(3, 80),
        day=random.randrange(1, 29),
        month=random.randrange(1, 13),
        year=random.randrange(2012, 2027),
    )
