"""A follow-up condensed by rule: what it leaves out is taken from the question before, what it replaces is replaced."""

from __future__ import annotations

import re
from typing import Final

from rag.answering.conversation.standing import CHINESE_PRONOUN, ENGLISH_PRONOUN, is_fragment
from rag.documents import Span
from rag.text.language import detect_language
from rag.text.terms import lexical_terms
from rag.text.topics import dates, is_like, persons, topics

_FOLLOWING: Final = re.compile(
    r"^\s*(?:那么?|还有|然后|换成|如果是)[，,]?\s*"
    r"|^\s*(?:(?:and|but|or|so|then|also)\b[\s,]*)?(?:(?:what|how)\s+about\b\s*|same\s+for\b\s*)?",
    re.IGNORECASE,
)
_ASKING: Final = re.compile(r"\s*(?:呢|的呢)?\s*[?？。.!！]*\s*$")
_PERSON: Final = re.compile(r"(?:he|him|his|she|hers?|他|她)\b|[他她]", re.IGNORECASE)
_POSSESSIVE: Final = re.compile(r"(?:its|his|their|her(?=\s[a-z]))\b", re.IGNORECASE)
_BRACKET: Final = re.compile(r"\s*[（(]([^（）()]*)[）)]")
_LONGEST_FRAGMENT: Final = 40
_SHORTEST_CALLED: Final = 2
_LONGEST_KIND: Final = 4


def carried(question: str, before: str, said: str = "") -> str:
    """The follow-up with what it needs of the question before it, which stands alone, and of the answer to that."""
    subject = _fragment(question)
    if subject and (replaced := _replaced(before, subject)):
        return replaced
    if not subject and (resolved := _resolved(question, before, said)):
        return resolved
    # Both questions in one: whatever the follow-up means, its words and those that it needs are there.
    return _beside(before, subject) if subject else _beside(question, _ASKING.sub("", before))


def _fragment(question: str) -> str:
    """What is asked about, of a follow-up that names only this: 那2019年呢 → 2019年; else nothing."""
    rest = _FOLLOWING.sub("", question, count=1)
    bare = _ASKING.sub("", rest)
    opened = len(rest) < len(question.lstrip()) and is_fragment(f"{bare}?")
    is_bare = opened or question.rstrip("?？ ").endswith("呢") or is_fragment(question)
    return bare.removesuffix("的") if is_bare and 0 < len(bare) <= _LONGEST_FRAGMENT else ""


def _replaced(before: str, subject: str) -> str:
    """The question before, asked of another date or name; nothing where it has none of the kind, or more than one."""
    replaced, left = before, subject
    for find, alike in ((dates, _any_two), (topics, is_like)):
        new = {span.of(left) for span in find(left)}
        for item in new:
            places = [span for span in find(replaced) if alike(span.of(replaced), item)]
            if len(new) > 1 or len({span.of(replaced) for span in places}) != 1:
                return ""
            replaced, left = _put(replaced, places, item), left.replace(item, " ")
    # What else the follow-up says would be lost: 那2019年的净利润呢 asks for another thing of another year.
    return "" if left == subject or lexical_terms(left) else replaced


def _any_two(_one: str, _other: str) -> bool:
    """Any date may stand in the place of any other."""
    return True


def shortened(question: str, before: str) -> str:
    """A question that calls by the end of its name what was named in full before, with the full name; else nothing.

    学院的院长是谁 after 高瓴人工智能学院, "the agreement" after "Maintenance Services Agreement".
    """
    for span in topics(before):
        name = span.of(before)
        called = _called(question, name)
        if called and name.casefold() not in question.casefold():
            return f"{question[: called.start]}{name}{question[called.end :]}"
    return ""


def _called(question: str, name: str) -> Span | None:
    if name.isascii():
        *more, last = name.split()
        match = re.search(rf"\b(?:the|this|that)\s{re.escape(last)}\b", question, re.IGNORECASE)
        return Span(*match.span()) if more and match else None
    sizes = range(len(name) - 1, _SHORTEST_CALLED - 1, -1)
    return next((Span(0, size) for size in sizes if question.startswith(name[-size:])), None)


def _resolved(question: str, before: str, said: str) -> str:
    """The follow-up with a name for its first pronoun; nothing where it has none, or there is not one name to take."""
    chinese = detect_language(question, default="en") == "zh"
    pronoun = (CHINESE_PRONOUN if chinese else ENGLISH_PRONOUN).search(question)
    if pronoun is None:
        return ""
    name = _person(before, said) if _PERSON.match(pronoun[0]) else _thing(before)
    if not name or name in question:
        return ""
    ending = "'s" if _POSSESSIVE.match(question[pronoun.start() : pronoun.end() + 2]) else ""
    start = pronoun.start("this") if not chinese and pronoun["this"] else pronoun.start()
    return f"{question[:start]}{name}{ending}{_without_its_kind(question[pronoun.end() :], name)}"


def _without_its_kind(rest: str, name: str) -> str:
    """What follows a pronoun without the noun that its name ends in: 该公司 → 远方公司, and not 远方公司公司."""
    said = next((size for size in range(_LONGEST_KIND, 0, -1) if name.endswith(rest[:size])), 0)
    return rest[said:]


def _person(before: str, said: str) -> str:
    named = persons(said) or persons(before)
    return named[0] if len(set(named)) == 1 else ""


def _thing(before: str) -> str:
    named = {span.of(before) for span in topics(before)}
    return named.pop() if len(named) == 1 else ""


def _put(text: str, places: list[Span], new: str) -> str:
    for span in reversed(places):
        text = text[: span.start] + new + text[span.end :]
    return text


def _beside(question: str, more: str) -> str:
    """A question with more in brackets, which stand in it once."""
    more = _BRACKET.sub(r", \1", more)
    if detect_language(question, default="en") == "zh":
        return f"{_ASKING.sub('', question)}（{more}）？"
    return f"{_ASKING.sub('', question)} ({more})?"
