"""Celery's side of bench/jobs: the same no-op job, filled in by `python3 tasks.py fill|trickle N`, run by `celery -A tasks worker`."""

import os
import sys
import time

from celery import Celery

app = Celery("tasks", broker=os.environ["BROKER_URL"])
app.conf.update(
    # As with asynq, a task is acknowledged when it has ended: one whose worker is killed comes back.
    task_acks_late=True,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    worker_send_task_events=False,
    worker_disable_rate_limits=True,
    worker_redirect_stdouts=False,
    worker_prefetch_multiplier=int(os.environ.get("PREFETCH", "64")),
)


# mark names a job that says when it started: the first, the last, and those whose latency is measured.
@app.task(name="noop")
def noop(mark, recorded):
    if mark:
        os.write(1, f"{mark} {time.time_ns() - recorded}\n".encode())


def fill(count):
    noop.delay("", 0)  # connects
    start = time.perf_counter()
    for i in range(1, count):
        noop.delay({1: "first", count - 1: "last"}.get(i, ""), time.time_ns())
    print(f"filled {int((time.perf_counter() - start) * 1e9)}")


def trickle():
    """Records a job for each line on standard input."""
    for _ in sys.stdin:
        noop.delay("started", time.time_ns())


if __name__ == "__main__":
    {"fill": fill, "trickle": trickle}[sys.argv[1]](*map(int, sys.argv[2:]))
