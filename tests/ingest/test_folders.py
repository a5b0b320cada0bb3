from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.folders import FolderPlan, FolderScan, KnownDocument, plan
from rag.errors import FolderEmpty

FOLDER = Path("/srv/papers")
A, B, C = (FOLDER / name for name in ("a.md", "b.md", "文件 c.md"))


def known(path: Path, content: str) -> KnownDocument:
    return KnownDocument(f"id of {path.name}", path.as_uri(), content)


def test_each_kind_of_change_is_told() -> None:
    files = {A: "1", B: "new", C: "3"}
    before = [known(A, "1"), known(B, "old"), known(FOLDER / "gone.md", "4")]

    assert plan(FOLDER, files, before) == FolderPlan(
        added=(C,), changed=(B,), deleted=(known(FOLDER / "gone.md", "4"),), unchanged=(A,)
    )


def test_the_same_bytes_under_another_name_were_moved() -> None:
    inside = FOLDER / "2026" / "a.md"

    assert plan(FOLDER, {inside: "1"}, [known(A, "1")]) == FolderPlan(moved=((known(A, "1"), inside),))


def test_a_copy_is_an_addition_and_one_of_two_twins_moves() -> None:
    assert plan(FOLDER, {A: "1", B: "1"}, [known(A, "1")]) == FolderPlan(added=(B,), unchanged=(A,))
    twins = plan(FOLDER, {C: "1"}, [known(A, "1"), known(B, "1")])
    assert (len(twins.moved), len(twins.deleted)) == (1, 1)
    assert {twins.moved[0][0].id, twins.deleted[0].id} == {known(A, "1").id, known(B, "1").id}


def test_documents_of_other_places_are_left_alone() -> None:
    others = [known(Path("/srv/papers-old/a.md"), "1"), KnownDocument("x", "intranet/a", "2")]

    assert plan(FOLDER, {A: "1"}, others) == FolderPlan(added=(A,))


def test_an_empty_folder_deletes_nothing_unless_it_is_meant() -> None:
    with pytest.raises(FolderEmpty, match="1 documents"):
        plan(FOLDER, {}, [known(A, "1")])

    assert plan(FOLDER, {}, [known(A, "1")], delete_all=True).deleted == (known(A, "1"),)
    assert plan(FOLDER, {}, []).is_empty


contents = st.dictionaries(st.sampled_from([FOLDER / f"{n}.md" for n in range(6)]), st.sampled_from("abc"))


@given(contents, contents)
def test_carrying_out_the_plan_makes_the_two_agree(before: dict[Path, str], after: dict[Path, str]) -> None:
    documents = dict(before)
    todo = plan(FOLDER, after, [known(path, content) for path, content in before.items()], delete_all=True)

    for document, path in todo.moved:
        old = next(one for one in documents if one.as_uri() == document.uri)
        assert path not in documents
        documents[path] = documents.pop(old)
    for path in (*todo.added, *todo.changed):
        documents[path] = after[path]
    for document in todo.deleted:
        del documents[next(one for one in documents if one.as_uri() == document.uri)]

    assert documents == after


def test_a_scan_sees_visible_files_and_hashes_them_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("a.md", "sub/b.md", ".hidden", ".git/c"):
        (tmp_path / name).write_text(name)
    scan = FolderScan(tmp_path)
    first = scan.files()
    reads: list[str] = []
    monkeypatch.setattr("ingest.folders._sha256", lambda path: reads.append(path.name) or "new")
    os.utime(tmp_path / "a.md", ns=(1, 1))

    second = scan.files()

    assert set(first) == {tmp_path / "a.md", tmp_path / "sub" / "b.md"}
    assert reads == ["a.md"]
    assert second[tmp_path / "sub" / "b.md"] == first[tmp_path / "sub" / "b.md"]


def test_a_folder_that_is_not_there_is_no_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FolderScan(tmp_path / "none").files()
