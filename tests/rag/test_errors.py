"""The tree of errors: what its docstring promises, for every class in it."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from rag import errors
from rag.errors import ChuchuError, DocumentNotFound, FileTooLarge, IndexDamaged, TextGarbled, from_code


def _tree(root: type[ChuchuError]) -> Iterator[type[ChuchuError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child)


EVERY = list(_tree(ChuchuError))
LEAVES = [kind for kind in EVERY if not kind.__subclasses__()]


def _fields(template: str) -> dict[str, str]:
    """The blanks of a template with their format."""
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(template) if name}


def _details(kind: type[ChuchuError]) -> dict[str, Any]:
    """A plain JSON value for each blank: a share where it is shown in per cent, otherwise a word."""
    fields = _fields(kind.en) | _fields(kind.zh)
    return {name: 0.42 if spec else f"<{name}>" for name, spec in fields.items()}


@pytest.mark.parametrize("kind", LEAVES)
def test_a_leaf_says_what_happened_in_both_languages_with_the_same_details(kind: type[ChuchuError]) -> None:
    details = _details(kind)

    messages = [kind(**details).message("en"), kind(**details).message("zh")]

    assert _fields(kind.en).keys() == _fields(kind.zh).keys()
    assert re.search("[\u4e00-\u9fff]", messages[1])
    assert not re.search("[\u4e00-\u9fff]", messages[0])
    for value in details.values():
        shown = "42%" if value == 0.42 else value
        assert all(shown in message for message in messages)


@pytest.mark.parametrize("kind", LEAVES)
def test_a_leaf_has_sentences_and_a_code_of_its_own(kind: type[ChuchuError]) -> None:
    assert {"code", "en", "zh"} <= vars(kind).keys()
    assert kind.code == re.sub("(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in EVERY]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_survives_a_pickle_and_a_row(kind: type[ChuchuError]) -> None:
    error = kind(**_details(kind))

    for again in (pickle.loads(pickle.dumps(error)), from_code(error.code, error.details)):
        assert type(again) is kind
        assert (again.details, again.message("zh")) == (error.details, error.message("zh"))


@pytest.mark.parametrize("kind", EVERY)
def test_a_missing_detail_never_hides_the_error(kind: type[ChuchuError]) -> None:
    for message in (kind().message("en"), kind().message("zh")):
        assert ("?" in message) == bool(_fields(kind.en))


def test_a_code_of_a_newer_release_is_shown_with_its_details() -> None:
    error = from_code("from-the-future", {"reason": "x"})

    assert type(error) is ChuchuError
    assert "from-the-future" in str(error)
    assert "'x'" in str(error)


def test_details_are_shown_as_they_are() -> None:
    assert str(DocumentNotFound(document_id="{0}")) == (
        "There is no document {0}. `chuchu documents list` shows those that exist."
    )
    assert TextGarbled(share=0.4).message("zh").startswith("文件中有 40% 的字符")
    assert FileTooLarge(limit_bytes=5, size_bytes=6).details == {"limit_bytes": 5, "size_bytes": 6}


def test_the_docstring_draws_every_class_and_no_other() -> None:
    drawn = (errors.__doc__ or "").partition("\n\n")[2].partition("\n\nA leaf")[0]
    names = [name for name in re.findall(r"\b[A-Z]\w+", drawn) if name != "OCR"]

    assert sorted(names) == sorted(kind.__name__ for kind in EVERY)


def test_the_docstring_draws_each_class_below_its_parent() -> None:
    drawn = (errors.__doc__ or "").partition("\n\n")[2].partition("\n\nA leaf")[0]
    parents: dict[int, str] = {}
    for line in drawn.splitlines():
        depth = len(re.match(r"[\s│├└─]*", line)[0])  # type: ignore[index]
        names = re.findall(r"\b[A-Z]\w+", line)
        above = max((at for at in parents if at < depth), default=None)
        if above is not None:
            direct = {kind.__name__ for kind in getattr(errors, parents[above]).__subclasses__()}
            assert names[0] in direct
            assert set(names[1:]) <= direct | {IndexDamaged.__name__}
        parents = {at: name for at, name in parents.items() if at < depth} | {depth: names[0]}
