"""Ending the bot on purpose, to watch it come back: its process where there is one, else its connection."""

import contextlib
import os
import signal
from enum import StrEnum

from guildwright.playground.control.views import Views
from guildwright.playground.playground import Playground

SHARD = "shard"


class Kill(StrEnum):
    """What could be ended."""

    PROCESS = "process"
    CONNECTION = "connection"
    NOTHING = "nothing"


def target(play: Playground) -> Kill:
    """What would be ended: a process only if `guildwright up`, our own parent, runs it and will start it again."""
    pids = Views(play).processes().pids
    if pids.get("up") == os.getppid() and pids.get(SHARD):
        return Kill.PROCESS
    return Kill.CONNECTION if play.lines else Kill.NOTHING


def kill(play: Playground) -> Kill:
    """End it without a word."""
    what = target(play)
    if what is Kill.PROCESS:
        with contextlib.suppress(ProcessLookupError):
            os.kill(Views(play).processes().pids[SHARD], signal.SIGKILL)
    for line in list(play.lines.values()) if what is Kill.CONNECTION else ():
        line.drop()
    return what
