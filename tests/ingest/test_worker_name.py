from __future__ import annotations

from pathlib import Path

from ingest.worker_name import worker_name


def test_workers_of_one_host_have_names_of_their_own(tmp_path: Path) -> None:
    with worker_name(tmp_path / "workers", "host") as first, worker_name(tmp_path / "workers", "host") as second:
        assert (first, second) == ("host", "host-2")


def test_the_next_worker_continues_under_the_name_of_one_that_ended(tmp_path: Path) -> None:
    with worker_name(tmp_path, "host"):
        with worker_name(tmp_path, "host") as ended:
            pass
        with worker_name(tmp_path, "host") as restarted:
            assert restarted == ended == "host-2"


def test_hosts_do_not_see_each_other(tmp_path: Path) -> None:
    with worker_name(tmp_path, "one"), worker_name(tmp_path, "other") as name:
        assert name == "other"
