"""What commands print, where, and the status they end with."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytestmark = pytest.mark.slow  # every test starts processes of its own, seconds each

if TYPE_CHECKING:
    from conftest import CommandLine

LEAVE = "# Leave\n\nEmployees have 25 days of paid leave a year.\n"
TRAVEL = "# Travel\n\nHotels up to 140 euros a night are paid.\n"


def one_line(stderr: str) -> str:
    assert stderr.strip().count("\n") == 0, stderr
    return stderr.strip()


def test_a_life_of_documents(chuchu: CommandLine) -> None:
    papers = chuchu.write({"leave.md": LEAVE, "travel.md": TRAVEL})

    first = chuchu.run("ingest", papers)
    again = chuchu.run("ingest", papers)
    found = chuchu.run("search", "paid leave", "--limit", "1")
    answer = chuchu.run("ask", "How many days of paid leave are there?", "--extractive")
    whole = json.loads(chuchu.run("ask", "How many days of paid leave are there?", "--json").stdout)
    listed = json.loads(chuchu.run("documents", "list", "--json").stdout)

    assert (first.returncode, again.returncode) == (0, 0)
    assert "2 read, 0 unchanged, 0 failed" in first.stdout
    assert "0 read, 2 unchanged, 0 failed" in again.stdout
    assert found.stdout.startswith("1. Leave")
    assert "Employees have 25 days of paid leave a year. [1]" in answer.stdout
    assert "[1] Leave\n    “Employees have 25 days of paid leave a year.”" in answer.stdout
    assert whole["citations"][0]["quote"] == "Employees have 25 days of paid leave a year."
    assert sorted(document["title"] for document in listed) == ["Leave", "Travel"]

    travel = next(document["id"] for document in listed if document["title"] == "Travel")
    shown = json.loads(chuchu.run("documents", "show", travel).stdout)
    deleted = chuchu.run("documents", "delete", travel)
    gone = chuchu.run("documents", "show", travel)

    assert shown["id"] == travel
    assert deleted.stdout == f"Deleted {travel}.\n"
    assert gone.returncode == 1
    assert one_line(gone.stderr).startswith("Error [document-not-found]: ")


def test_what_hangs_on_a_mail_is_shown_below_it(chuchu: CommandLine) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Rules"
    mail.set_content("Both rules are attached.")
    mail.add_attachment(LEAVE.encode(), "text", "markdown", filename="leave.md")
    mail.add_attachment(b"MZ", "application", "octet-stream", filename="run.exe")
    papers = chuchu.write({"rules.eml": mail.as_string()})

    done = chuchu.run("ingest", papers)
    listed = chuchu.run("documents", "list")

    assert done.returncode == 1
    assert "2 read, 0 unchanged, 1 failed" in done.stdout
    places = [listed.stdout.find(name) for name in ("Rules", "↳ Leave", "↳ run.exe")]
    assert places[0] >= 0
    assert min(places[1:]) > places[0]


def test_searches_are_narrowed_by_what_is_said_about_documents(chuchu: CommandLine) -> None:
    papers = chuchu.write({"leave.md": LEAVE, "travel.md": TRAVEL})

    chuchu.run("ingest", papers, "--tag", "hr", "--date", "2023-05-31", "--meta", "year=2023")
    listed = json.loads(chuchu.run("documents", "list", "--json").stdout)
    travel = next(document["id"] for document in listed if document["title"] == "Travel")
    described = chuchu.run("documents", "describe", travel, "--tag", "finance", "--meta", "year=2024")
    tagged = chuchu.run("search", "paid", "--tag", "hr", "--before", "2024-01-01", "--language", "en")
    recent = chuchu.run("search", "paid", "--where", "year>=2024")
    nothing = chuchu.run("search", "paid", "--after", "2024-01-01", LANG="zh_CN.UTF-8")

    assert {document["metadata"]["tags"] for document in listed} == {"hr"}
    assert described.stdout == f"Described {travel}.\n"
    for found, title in ((tagged, "Leave"), (recent, "Travel")):
        assert found.stdout.startswith(f"1. {title}")
        assert "\n2. " not in found.stdout
    assert (nothing.stdout, nothing.stderr.strip()) == ("", "没有符合筛选条件的内容。")


def test_a_bad_file_is_named_and_the_good_one_read(chuchu: CommandLine) -> None:
    papers = chuchu.write({"leave.md": LEAVE, "bad.pdf": "not a PDF"})

    done = chuchu.run("ingest", papers)
    listed = chuchu.run("documents", "list", LANG="zh_CN.UTF-8")

    assert done.returncode == 1
    assert "1 read, 0 unchanged, 1 failed" in done.stdout
    bad = next(line for line in done.stdout.splitlines() if "bad.pdf" in line)
    assert "failed" in bad
    assert "application/pdf" in bad
    row = next(line for line in listed.stdout.splitlines() if "失败" in line)
    assert "bad.pdf" in row


def test_a_folder_is_kept_in_step(chuchu: CommandLine) -> None:
    papers = chuchu.write({"leave.md": LEAVE, "travel.md": TRAVEL, "bad.pdf": "not a PDF"})

    rehearsed = chuchu.run("sync", papers, "--dry-run")
    first = chuchu.run("sync", papers)
    (papers / "leave.md").rename(papers / "notice.md")
    (papers / "travel.md").unlink()
    (papers / "bad.pdf").unlink()
    second = chuchu.run("sync", papers, LANG="zh_CN.UTF-8")
    (papers / "notice.md").unlink()
    emptied = chuchu.run("sync", papers)
    listed = json.loads(chuchu.run("documents", "list", "--json").stdout)

    assert (rehearsed.returncode, first.returncode, second.returncode, emptied.returncode) == (0, 1, 0, 1)
    assert "3 added, 0 changed, 0 moved, 0 deleted" in rehearsed.stdout
    assert "2 added, 0 changed, 0 moved, 0 deleted, 1 failed, 0 quarantined, 0 unchanged" in first.stdout
    assert "0 新增, 0 已更新, 1 已移动, 2 已删除" in second.stdout
    assert "[folder-empty]" in emptied.stderr
    assert [document["uri"].rpartition("/")[2] for document in listed] == ["notice.md"]


def test_failed_jobs_are_listed_and_tried_again(chuchu: CommandLine) -> None:
    papers = chuchu.write({"leave.md": LEAVE, "nothing.html": "<html></html>"})
    chuchu.run("ingest", papers)

    listed = chuchu.run("jobs", "list", "--status", "failed", LANG="zh_CN.UTF-8")
    (failed,) = json.loads(chuchu.run("jobs", "list", "--status", "failed", "--json").stdout)
    again = chuchu.run("jobs", "retry", failed["id"])

    assert "nothing.html" in listed.stdout
    assert "失败" in listed.stdout
    assert "leave.md" not in listed.stdout
    assert (again.returncode, again.stdout.startswith("nothing.html: failed: No text was found in the file.")) == (
        1,
        True,
    )


def test_commands_go_to_the_server_that_owns_the_data(chuchu: CommandLine) -> None:
    papers = chuchu.write({"leave.md": LEAVE})
    server = chuchu.start("serve", "--port", "0")
    try:
        wait_for(chuchu.data_dir / "server.json", server)
        done = chuchu.run("ingest", papers)
        # An embedding that cannot be made: a command that opened the data itself would fail.
        found = chuchu.run("search", "paid leave", CHUCHU_EMBEDDING__CLASS_PATH="nowhere.Nothing")
    finally:
        server.terminate()
        _, err = server.communicate(timeout=60)

    assert "1 read" in done.stdout, done.stderr
    assert found.stdout.startswith("1. Leave"), found.stderr
    assert "Ready: http://127.0.0.1:" in err
    assert not (chuchu.data_dir / "server.json").exists()


def wait_for(file: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not file.exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, f"{file} did not come"
        time.sleep(0.05)


def test_a_port_in_use_is_said_at_once(chuchu: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = chuchu.run("serve", "--port", port)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"Error [port-in-use]: Port {port} on 127.0.0.1 is in use.")


def test_a_missing_path_is_one_line(chuchu: CommandLine) -> None:
    done = chuchu.run("ingest", "nothing-here")

    assert (done.returncode, done.stdout) == (1, "")
    assert one_line(done.stderr) == "Error [file-not-found]: There is no file or folder nothing-here."


@pytest.mark.parametrize(
    ("content", "part"), [("[chat]\nbakend = 'none'\n", "chat.bakend"), ("[chat\n", "line 1"), ("\x80", "utf-8")]
)
def test_a_bad_settings_file_is_named_with_its_entry(chuchu: CommandLine, content: str, part: str) -> None:
    file = chuchu.folder / "chuchu.toml"
    file.write_bytes(content.encode("latin-1"))

    done = chuchu.run("search", "leave")

    assert done.returncode == 1
    assert one_line(done.stderr).startswith("Error [settings-invalid]: The settings in chuchu.toml are not valid")
    assert part in done.stderr


def test_messages_are_chinese_in_a_chinese_terminal(chuchu: CommandLine) -> None:
    done = chuchu.run("ingest", "没有", LANG="zh_CN.UTF-8")

    assert one_line(done.stderr) == "错误 [file-not-found]: 没有文件或文件夹 没有。"


@pytest.mark.parametrize(
    "environment",
    [
        {"CHUCHU_EMBEDDING__BACKEND": "sentence-transformers", "CHUCHU_EMBEDDING__MODEL": "nobody"},
        {"CHUCHU_CHAT__BACKEND": "llama-cpp", "CHUCHU_CHAT__MODEL": "nobody"},
    ],
    ids=["embedding", "chat"],
)
def test_an_unknown_model_is_named(chuchu: CommandLine, environment: dict[str, str]) -> None:
    done = chuchu.run("ask", "Who?", **environment)

    assert done.returncode == 1
    assert one_line(done.stderr).startswith("Error [model-unknown]: There is no model named nobody")


def test_models_that_are_not_here_are_listed_so(chuchu: CommandLine) -> None:
    done = chuchu.run("models", "list")

    row = next(line for line in done.stdout.splitlines() if line.startswith("multilingual-e5-small"))
    assert done.returncode == 0
    assert row.split()[-2:] == ["no", "MIT"]


def test_verifying_a_missing_model_says_how_to_fetch_it(chuchu: CommandLine) -> None:
    done = chuchu.run("models", "verify", "multilingual-e5-small")

    assert done.returncode == 1
    assert one_line(done.stderr).endswith("Run `chuchu models fetch multilingual-e5-small`.")


def test_help_is_there_at_once(chuchu: CommandLine) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        assert "ingest" in chuchu.run("--help").stdout
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) <= 0.6


def test_the_command_is_installed_under_its_name() -> None:
    program = Path(sys.executable).with_name("chuchu")

    assert subprocess.run([program, "--help"], capture_output=True, check=False).returncode == 0
