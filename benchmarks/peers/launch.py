"""Run a command as a process of its own and measure all of it: ``python -S launch.py REPORT CORES SECONDS COMMAND...``.

``CORES`` are numbers with commas between them, or ``any``. The figures go to the file ``REPORT`` as JSON: seconds from
start to end, CPU seconds (user and system) of the process and what it waited for, the peak memory of the largest of
these processes, the exit code, and whether it was stopped because it took longer than ``SECONDS``.

A program of its own, because a process starts with the peak memory of the one that started it: this one needs about
10 MB, so no figure is lower. POSIX alone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time


def main(report: str, cores: str, seconds: str, *command: str) -> None:
    """Run the command, then write the report."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        _become(cores, command)
    stopped = False

    def stop(number: int, *_: object) -> None:
        nonlocal stopped
        stopped = True
        os.killpg(child, signal.SIGKILL)
        if number != signal.SIGALRM:  # whoever interrupts the benchmark means the tool as well
            os._exit(128 + number)

    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    signal.alarm(max(1, round(float(seconds))))
    _, status, used = os.wait4(child, 0)
    signal.alarm(0)
    figures = {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "code": os.waitstatus_to_exitcode(status),
        "stopped": stopped,
    }
    with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123 (pathlib would double the memory of this process)
        json.dump(figures, file)


def _become(cores: str, command: tuple[str, ...]) -> None:
    """Replace this process, the leader of a new group, by the command."""
    os.setpgid(0, 0)
    if cores != "any" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, map(int, cores.split(",")))
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        sys.stderr.flush()
    os._exit(127)


if __name__ == "__main__":
    main(*sys.argv[1:])
