"""What Chuchu needs at run time may be passed on under Apache-2.0 beside it: nothing under the GPL or the AGPL.

`pypandoc-binary` made this test: it calls itself MIT, and carries the pandoc program, which is GPL.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
CARRIES_GPL_PROGRAMS = {"pypandoc-binary", "imageio-ffmpeg"}
"""Packages whose own metadata does not say what is in their wheels."""

_GPL = re.compile(r"(?<![A-Za-z])A?GPL|(?:GNU|Affero) (?:Affero )?General Public", re.IGNORECASE)


def closure() -> dict[str, Distribution]:
    """Everything that `pip install chuchu` brings on this platform, by canonical name."""
    todo = [Requirement(line) for line in tomllib.loads(PYPROJECT.read_text())["project"]["dependencies"]]
    seen: set[tuple[str, frozenset[str]]] = set()
    found: dict[str, Distribution] = {}
    while todo:
        requirement = todo.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) not in seen:
            seen.add((name, extras))
            found[name] = distribution(name)
            todo += required_by(found[name], extras)
    return found


def required_by(package: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    for requirement in map(Requirement, package.requires or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield requirement


def licences(package: Distribution) -> list[str]:
    """What a package says of its licence: its expression, else its classifiers, else the first line of free text."""
    metadata = package.metadata
    if expression := metadata.get("License-Expression"):
        return [expression]
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    lines = (metadata.get("License") or "").strip().splitlines()
    return classifiers or lines[:1]


def needs_gpl(licence: str) -> bool:
    """Whether no choice that the licence offers is free of the GPL."""
    return all(_GPL.search(choice) for choice in re.split(r"\s+OR\s+", licence))


def test_nothing_at_run_time_is_under_the_gpl() -> None:
    found = {name: licences(package) for name, package in closure().items()}

    assert {name: said for name, said in found.items() if said and all(map(needs_gpl, said))} == {}
    assert [name for name, said in found.items() if not said] == []


def test_nothing_at_run_time_carries_gpl_programs() -> None:
    assert closure().keys() & CARRIES_GPL_PROGRAMS == set()


def test_the_closure_is_followed_through_extras() -> None:
    assert {"unstructured", "python-docx", "lxml", "torch", "psycopg-binary", "striprtf"} <= closure().keys()


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("MIT AND GPL-2.0-only", True),
        ("MIT OR GPL-2.0-only", False),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Apache-2.0 WITH LLVM-exception", False),
    ],
)
def test_licences_are_told_apart(licence: str, refused: bool) -> None:
    assert needs_gpl(licence) is refused
