"""`chuchu chat`: questions one after the other, typed or piped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import CommandLine

pytestmark = pytest.mark.slow  # every test starts processes of its own, seconds each

LEAVE = "# Leave\n\nEmployees of Acme Corp have 25 days of paid leave a year.\n"
HOTELS = "# Hotels\n\nThe hotel limit of Bolt Ltd is 140 euros a night.\n"
QUESTIONS = """How many days of paid leave do employees of Acme Corp have?
What is the hotel limit of Bolt Ltd?
How many days of paid leave do employees of Acme Corp have a year?
/new
What is the hotel limit of Bolt Ltd?
"""


def test_numbers_mean_the_same_until_a_new_conversation_begins(chuchu: CommandLine) -> None:
    chuchu.run("ingest", chuchu.write({"leave.md": LEAVE, "hotels.md": HOTELS}))

    said = chuchu.run("chat", "--extractive", typed=QUESTIONS)

    assert said.returncode == 0
    leave, hotels = (
        "Employees of Acme Corp have 25 days of paid leave a year.",
        "The hotel limit of Bolt Ltd is 140 euros a night.",
    )
    lines = said.stdout.splitlines()
    shown = [line for line in lines if line.startswith((leave, hotels))]
    assert shown[:3] == [f"{leave} [1] ✓", f"{hotels} [2] ✓", f"{leave} [1] ✓"]
    assert shown[-1] == f"{hotels} [1] ✓"


def test_a_follow_up_is_shown_as_it_was_understood_and_an_error_ends_nothing(chuchu: CommandLine) -> None:
    chuchu.run("ingest", chuchu.write({"leave.md": LEAVE, "hotels.md": HOTELS}))
    typed = f"What is the hotel limit of Acme Corp?\n{'q' * 4001}\nAnd of Bolt Ltd?\n/quit\nNever asked?\n"

    said = chuchu.run("chat", "--extractive", "--effort", "fast", typed=typed)

    assert "Understood as: What is the hotel limit of Bolt Ltd?" in said.stderr
    assert "Error [request-invalid]" in said.stderr
    assert "Never asked" not in said.stdout + said.stderr
    assert said.returncode == 0


def test_deep_shows_its_steps(chuchu: CommandLine) -> None:
    chuchu.run("ingest", chuchu.write({"leave.md": LEAVE, "hotels.md": HOTELS}))

    said = chuchu.run(
        "ask", "Is the hotel limit higher at Acme Corp or at Bolt Ltd?", "--effort", "deep", LANG="zh_CN.UTF-8"
    )

    assert "已检索：Is the hotel limit higher at Bolt Ltd?" in said.stderr
