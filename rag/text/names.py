"""The names in a text: of people, places, organisations and products, as far as their writing shows that they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final, NamedTuple

from rag.text.pinyin import han_pattern, readings
from rag.text.places import in_chinese, in_english
from rag.text.scripts import HAN, LATIN
from rag.text.word_lists import word_set


class NameKind(StrEnum):
    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    OTHER = "other"


class Name(NamedTuple):
    text: str
    kind: NameKind


# Words that English writes with a capital and that name nobody.
_NO_NAMES: Final = word_set(
    "i the a an this that these those it he she they we you in on at by for from to of and or with without as if when",
    "after before during under over per all any each no not only either both its his her their our your",
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august",
    "september october november december q1 q2 q3 q4 spring summer autumn winter",
    "article section chapter clause annex appendix table figure part item schedule room ward floor building level",
    "board directors director chairman chairwoman chairperson president chief officer manager department committee",
    "step team",
    "division office company group corporation inc ltd limited co corp llc plc agreement contract party buyer seller",
    "supplier customer contractor employer employee lessor lessee client policy report annual plan project programme",
    "program meeting ministry court bank hospital clinic university institute school college commission authority",
    "council association foundation centre center agency bureau government state city county province district street",
    "road avenue mr mrs ms dr prof sir madam north south east west northern southern eastern western central general",
    "international national federal public service services system version model release act law code regulation rules",
    "form order fiscal year quarter half ceo cfo cto coo cio hr it r&d vat gdp usd rmb cny eur gbp hkd jpy phase stage",
    "finance financial legal sales marketing procurement human resources security information technology research",
    "development production quality operations administration audit products product high tech union republic ip pdf",
    "summary introduction background conclusion overview notes note total net gross revenue profit income",
)
_WORD = rf"[{LATIN}][{LATIN}0-9]*(?:['’&.-][{LATIN}0-9]+)*"
_RUN = re.compile(rf"(?<![{LATIN}0-9_/@.-])(?=[A-Z\u00c0-\u00de]){_WORD}(?:\s(?=[A-Z\u00c0-\u00de]){_WORD})*")
_SENTENCE_START = re.compile(r"(?:^|[.!?。！？:：;；\n]\s*|[\"“‘'(（《]\s*)\Z")
_POSSESSIVE = re.compile(r"['’]s\Z")

# What is written in capitals is told apart from a shouted word by its length.
_LONGEST_ACRONYM: Final = 6

_HAN = re.compile(f"[{HAN}]")
_NUMERAL = re.compile(r"[0-9〇一二三四五六七八九十百千两][0-9〇一二三四五六七八九十百千年月日时号]|[月日号]$")
_NAME_TAGS: Final = {
    "nr": NameKind.PERSON, "nrfg": NameKind.PERSON, "nrt": NameKind.OTHER, "ns": NameKind.PLACE,
    "nt": NameKind.ORGANISATION, "nz": NameKind.OTHER,
}  # fmt: skip
_NOUN_TAGS: Final = frozenset({"n", "nr", "nrt", "ns", "nz", "j", "x"})
_FUNCTION_TAGS: Final = frozenset({"p", "c", "uj", "ul", "uv", "ud", "ug", "m", "q", "r", "x", "y"})
_SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔"
    "谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戚孔向汤康施牛洪倪殷葛章柳齐梅庄"
    "裴祝柯凌霍翟"
)
_AFTER_NAMES: Final = frozenset("会将在的与和为是于已也等从向对把被任称说因由及")
_BEFORE_NAMES: Final = frozenset("由与和在对被为经")
_ORGANISATIONS: Final = word_set(
    "公司 有限公司 股份有限公司 集团 银行 医院 法院 大学 学院 中学 小学 事务所 律师事务所 诊所 酒店 超市",
    "电子 科技 物流 传媒 制药 药业 置业 实业 控股 重工",
)
# Nouns that stand before such words and name nobody: 物流公司, 上市公司, 全资子公司.
_KINDS_OF_ORGANISATION: Final = word_set(
    "本 该 我 贵 子 母 分 总 全资 控股 上市 有限 股份 责任 物流 保险 证券 投资 建筑 建设 软件 网络 贸易 电子 科技 汽车",
    "地方 中级 高级 最高 人民 基层 中国 国家 国有 民营 外资 合资 商业 公立 私立 综合 专科 大型 小型 关联 参股",
    "能源 环保 食品 制药 房地产 咨询 服务 管理 信息 技术 信息技术 工程 运输 国际 集团 公共 社会 医疗 补充 旗下",
    "项目 供应 目标 独立",
)


def latin_names(text: str) -> list[str]:
    """The words in Latin script that are names by their capitals, once each.

    A word that opens an English sentence has a capital anyway, and counts where the next has one too.
    """
    return list(dict.fromkeys(_latin_words(text)))


def _latin_words(text: str) -> Iterator[str]:
    chinese = bool(_HAN.search(text))
    if not chinese and _is_heading(text):
        return
    for run in _RUN.finditer(text):
        words = [_POSSESSIVE.sub("", word) for word in run[0].split()]
        opening = not chinese and bool(_SENTENCE_START.search(text[: run.start()]))
        for place, word in enumerate(words):
            alone = opening and place == 0 and len(words) == 1
            if word.lower() not in _NO_NAMES and len(word) > 1 and (not alone or _is_marked(word)):
                yield word


def _is_marked(word: str) -> bool:
    """Whether a word has more capitals than its first, as names and acronyms do: KPMG, iPhone."""
    return any(map(str.isupper, word[1:])) and (not word.isupper() or len(word) <= _LONGEST_ACRONYM)


def _is_heading(text: str) -> bool:
    """Whether every longer word has a capital, which then says nothing, and no full stop makes it a sentence."""
    words = re.findall(rf"[{LATIN}]{{4,}}", text)
    is_sentence = text.rstrip().endswith((".", "!", "?"))
    return not is_sentence and len(words) > 2 and all(word[0].isupper() for word in words)


def english_places(text: str) -> list[str]:
    """The places of an English text that the gazetteer knows, by their English names, in small letters."""
    found = []
    for run in _RUN.finditer(text):
        words = [_POSSESSIVE.sub("", word) for word in run[0].split()]
        found += [
            name
            for start in range(len(words))
            for end in range(len(words), start, -1)
            if in_chinese(name := " ".join(words[start:end]).lower())
        ]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def han_names(text: str) -> tuple[Name, ...]:
    """The names in Chinese characters, once each, as a dictionary and its model of unknown names tell them."""
    if not _HAN.search(text):
        return ()
    return tuple(name for name in dict.fromkeys(_tagged_names(_tagged(text))) if not _NUMERAL.search(name.text))


def is_chinese_person(name: Name) -> bool:
    """Whether a name has the form of a Chinese person's: a common family name and one or two characters."""
    return name.kind is NameKind.PERSON and len(name.text) in (2, 3) and name.text[0] in _SURNAMES


@cache
def _surname_sounds() -> frozenset[str]:
    return frozenset(sound for surname in _SURNAMES for sound in readings(surname))


def is_chinese_person_abroad(words: Sequence[str]) -> bool:
    """Whether words can be a Chinese person's name in pinyin, in either order: Wang Lixin, Lixin Wang."""
    sounds = [word.lower() for word in words]
    return len(sounds) == 2 and any(
        family in _surname_sounds() and han_pattern(given) is not None for family, given in (sounds, sounds[::-1])
    )


def _tagged(text: str) -> list[tuple[str, str]]:
    import rjieba  # its dictionary takes 0.4 s to load

    tagged: list[tuple[str, str]] = rjieba.tag(text)
    return tagged


def _tagged_names(tokens: list[tuple[str, str]]) -> Iterator[Name]:
    for place, (word, tag) in enumerate(tokens):
        following, next_tag = tokens[place + 1] if place + 1 < len(tokens) else ("", "")
        if in_english(word) and len(word) > 1:
            yield Name(word, NameKind.PLACE)
        elif tag == "nr" and len(word) == 1 and 0 < len(following) <= 2 and next_tag not in _FUNCTION_TAGS:
            yield Name(word + following, NameKind.PERSON)
        elif tag in _NAME_TAGS and len(word) > 1 and not _is_kind(word):
            yield Name(_without_neighbours(word) if tag == "nr" else word, _NAME_TAGS[tag])
        elif following in _ORGANISATIONS and _may_name(word, tag):
            yield Name(word, NameKind.ORGANISATION)


def _without_neighbours(person: str) -> str:
    """A name without the word that the model of unknown names took for a part of it: 张敏会, 由德勤."""
    if len(person) != 3:
        return person
    return person[:-1] if person[-1] in _AFTER_NAMES else person[1:] if person[0] in _BEFORE_NAMES else person


def _is_kind(word: str) -> bool:
    """Whether a word is of the form 上市公司, which names nobody."""
    return any(word.removesuffix(ending) in _KINDS_OF_ORGANISATION for ending in _ORGANISATIONS if word != ending)


def _may_name(word: str, tag: str) -> bool:
    named = tag in _NOUN_TAGS and len(word) > 1 and bool(_HAN.match(word))
    return named and word not in _KINDS_OF_ORGANISATION and word not in _ORGANISATIONS
