"""What commands say of a job, and how they wait for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from api.client import Client
    from api.schemas import JobOut

ACTIVE = ("queued", "running")
POLL_S = 0.1

_CHINESE = {
    "queued": "排队中",
    "running": "处理中",
    "paused": "已暂停",
    "succeeded": "已完成",
    "failed": "失败",
    "cancelled": "已取消",
    "quarantined": "已隔离",
    "unchanged": "未变化",
}


def status(terminal: Terminal, job: JobOut) -> str:
    return terminal.text(job.status, _CHINESE[job.status])


_STAGES = {
    "parse": ("reading", "解析"),
    "recognise": ("recognising text", "识别文字"),
    "embed": ("embedding", "计算向量"),
    "publish": ("publishing", "发布"),
}


def stage(terminal: Terminal, job: JobOut) -> str:
    """What is being done to a file, of which `done` of `total` tells how much is; empty before it is begun."""
    return terminal.text(*_STAGES[job.stage]) if job.stage in _STAGES else job.stage


def waited_for(client: Client, job: JobOut) -> JobOut:
    """The job once nothing works on it any more."""
    while job.status in ACTIVE:
        time.sleep(POLL_S)
        job = client.job(job.id)
    return job


def print_outcome(terminal: Terminal, job: JobOut) -> None:
    reason = f": {job.failure.message}" if job.failure else ""
    terminal.out.print(f"{job.name}: {status(terminal, job)}{reason}", markup=False)
