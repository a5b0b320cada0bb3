from __future__ import annotations

from typing import Any

from tests.api.conftest import Api


def test_failed_jobs_are_listed_with_their_reason_page_by_page(api: Api, leave: dict[str, Any]) -> None:
    for number in range(3):
        api.ingested(f"nothing-{number}.html", "<html></html>", collection="nothing")

    first = api.get("/v1/jobs", params={"status": ["failed"], "limit": 2}).json()
    second = api.get("/v1/jobs", params={"status": ["failed"], "limit": 2, "after": first["next"]}).json()
    both = api.get("/v1/jobs", params={"status": ["failed", "succeeded"], "limit": 500}).json()["jobs"]

    names = [job["name"] for job in (*first["jobs"], *second["jobs"])]
    assert names[:3] == ["nothing-2.html", "nothing-1.html", "nothing-0.html"]
    assert {job["failure"]["code"] for job in first["jobs"]} == {"no-text"}
    assert leave["id"] in {job["id"] for job in both}
    assert api.get("/v1/jobs", params={"status": "perhaps"}).status_code == 422


def test_a_failed_job_is_tried_again(api: Api) -> None:
    failed = api.ingested("again.html", "<html></html>", collection="again")

    reply = api.post(f"/v1/jobs/{failed['id']}/retry")

    assert (reply.status_code, reply.json()["status"]) == (202, "queued")
    assert (reply.json()["document_id"], reply.json()["id"] != failed["id"]) == (failed["document_id"], True)
    assert api.post(f"/v1/jobs/{failed['id']}/retry").json()["code"] == "job-not-retryable"


def test_what_has_ended_is_neither_paused_nor_resumed(api: Api, leave: dict[str, Any]) -> None:
    for action in ("pause", "resume"):
        assert api.post(f"/v1/jobs/{leave['id']}/{action}").json()["status"] == "succeeded"
    refused = api.post(f"/v1/jobs/{leave['id']}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "job-not-retryable")


def test_an_upload_says_whether_somebody_waits_for_it(api: Api) -> None:
    waited_for = api.upload("one.md", "# One\n\nWords.\n", collection="priority").json()["job"]
    of_many = api.upload("two.md", "# Two\n\nWords.\n", collection="priority", priority="bulk").json()["job"]

    assert waited_for["priority"] > of_many["priority"]
    assert api.upload("x.md", "# X", priority="urgent").status_code == 422


def test_jobs_are_counted_by_status(api: Api, leave: dict[str, Any]) -> None:
    api.ingested("counted.html", "<html></html>", collection="counted")
    api.ingested("counted.md", "# Counted", collection="counted")

    counted = api.get("/v1/jobs/counters").json()

    # Files of other tests may still be on their way.
    assert min(counted["jobs"]["failed"], counted["jobs"]["succeeded"], counted["documents"], counted["passages"]) >= 1
