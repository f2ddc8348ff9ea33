"""Chunks flown by persistent workers, each a process of its own.

Processes are spawned, never forked after JAX has started. A worker that dies takes its
one chunk with it, is replaced, and the chunk is flown again. A parent that dies takes
its workers with it.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from frigoris import runtime
from frigoris.campaign.pilot import Done, Pilot
from frigoris.campaign.plan import Plan
from frigoris.errors import WorkerError

AHEAD = 2  # chunks given to a worker at once: it never waits for the next one
DEATHS_MAX = 3  # of workers over one chunk
WATCH = 0.5  # how often a worker looks whether its parent lives [s]

_pilot: Pilot | None = None  # of this worker


def begin(parent: int) -> None:
    """First thing in a new worker: Ctrl-C and the death of its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH)
    os._exit(1)


def _prepare(plan: Plan) -> int:
    """Make this worker ready; its process number."""
    global _pilot
    _pilot = Pilot(plan)
    return os.getpid()


def _fly(plan: Plan, folder: Path, chunk: int) -> Done:
    global _pilot
    if _pilot is None:
        _pilot = Pilot(plan)
    return _pilot.fly_chunk(folder, chunk)


@dataclass
class Worker:
    """One process, and the chunks that it was given, in order."""

    executor: ProcessPoolExecutor
    given: dict[Future[Done], int] = field(default_factory=dict)


def _spawn() -> Worker:
    # the flags of the compiler must be in the environment before the child imports
    runtime.prepare()
    executor = ProcessPoolExecutor(
        max_workers=1,
        mp_context=get_context("spawn"),
        initializer=begin,
        initargs=(os.getpid(),),
    )
    return Worker(executor)


def _killed(what: str) -> WorkerError:
    return WorkerError(
        f"{what} ended its worker {DEATHS_MAX} times: the process was killed, perhaps "
        "for want of memory. Fewer --workers need less; --resume goes on."
    )


class Fleet:
    """Workers that fly the chunks of one campaign."""

    def __init__(self, plan: Plan, folder: Path, count: int):
        self.plan, self.folder = plan, folder
        self.workers = [_spawn() for _ in range(count)]
        self.replaced = 0
        self._deaths: dict[int, int] = {}

    def turn_to(self, plan: Plan, folder: Path) -> None:
        """Fly another campaign by the same workers; `prepare` them for it again.

        A program that they have compiled is not compiled again.
        """
        self.plan, self.folder = plan, folder
        self._deaths.clear()

    def prepare(self) -> None:
        """Load and compile in all workers; the first error of any is raised."""
        waiting = [(w, w.executor.submit(_prepare, self.plan)) for w in self.workers]
        deaths = 0
        while waiting:
            worker, ready = waiting.pop(0)
            try:
                ready.result()
            except BrokenProcessPool:
                deaths += 1
                if deaths >= DEATHS_MAX:
                    raise _killed("Getting ready") from None
                self._replace(worker)
                waiting.append((worker, worker.executor.submit(_prepare, self.plan)))

    def fly(self, chunks: Iterable[int], done: Callable[[Done], bool]) -> None:
        """Fly chunks in their order; `done` hears of each and says whether to go on."""
        waiting = list(chunks)[::-1]
        while waiting or any(w.given for w in self.workers):
            for worker in self.workers:
                while waiting and len(worker.given) < AHEAD:
                    self._give(worker, waiting.pop())
            futures = [f for w in self.workers for f in w.given]
            wait(futures, return_when=FIRST_COMPLETED)
            for worker in self.workers:
                if not self._collect(worker, waiting, done):
                    return

    def _give(self, worker: Worker, chunk: int) -> None:
        try:
            future = worker.executor.submit(_fly, self.plan, self.folder, chunk)
        except BrokenProcessPool:  # died since the last look
            self._replace(worker)
            future = worker.executor.submit(_fly, self.plan, self.folder, chunk)
        worker.given[future] = chunk

    def _collect(
        self, worker: Worker, waiting: list[int], done: Callable[[Done], bool]
    ) -> bool:
        for future in [f for f in worker.given if f.done()]:
            chunk = worker.given.pop(future)
            try:
                told = future.result()
            except BrokenProcessPool:
                self._died(worker, chunk, waiting)
                return True
            if not done(told):
                return False
        return True

    def _died(self, worker: Worker, chunk: int, waiting: list[int]) -> None:
        """Only the chunk in the air counts a death; the others were merely waiting."""
        self._deaths[chunk] = self._deaths.get(chunk, 0) + 1
        if self._deaths[chunk] >= DEATHS_MAX:
            raise _killed(f"Chunk {chunk}")
        waiting += sorted({chunk, *worker.given.values()}, reverse=True)
        worker.given.clear()
        self._replace(worker)

    def _replace(self, worker: Worker) -> None:
        worker.executor.shutdown(wait=False, cancel_futures=True)
        worker.executor = _spawn().executor
        self.replaced += 1

    def stop(self) -> None:
        """End all workers at once, whatever they are at; a chunk is whole or absent."""
        for worker in self.workers:
            kill(worker.executor)


def kill(executor: ProcessPoolExecutor) -> None:
    """End the processes of a pool at once, whatever they are at."""
    processes = list((executor._processes or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
        process.join()
