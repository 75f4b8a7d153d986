"""What runs inside the processes that the chaos run may kill: the real shard and the real worker, with a watch on them.

They are forked from a server that has everything imported, so that one is back within a tenth of a second, as often as
it is killed.
"""

import ctypes
import os
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from guildwright.environment import settings_of
from guildwright.platform.clock import SystemClock
from guildwright_bot import shard, worker
from tests.chaos.hooks import hooked
from tests.chaos.watch import PlannedWatch, Surroundings

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class WrongClock(SystemClock):
    """A machine's clock that somebody has set wrong."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        """The present moment as this machine shows it."""
        return super().now() + self._ahead


def _begin(env: Mapping[str, str], log: Path) -> None:
    """Nobody is left behind when the run itself is killed; what is said goes to a file."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ.update(env)


def run_worker(env: Mapping[str, str], log: Path, ahead: float, around: Surroundings) -> None:
    """A worker process. `ahead` in seconds is how wrong its machine's clock is."""
    _begin(env, log)
    watch = PlannedWatch(around)
    settings = settings_of(live=False)
    clock = WrongClock(timedelta(seconds=ahead))
    os._exit(worker.main(settings, clock=clock, wire=lambda deps: hooked(deps, worker.consumers, watch)))


def run_shard(env: Mapping[str, str], log: Path, ahead: float) -> None:
    """A shard process."""
    _begin(env, log)
    os._exit(shard.main(settings_of(live=False), clock=WrongClock(timedelta(seconds=ahead))))
