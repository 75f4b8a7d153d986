"""How a Python bot talks with the test that runs it: steps come on standard input, facts go to standard output."""

import asyncio
import json
import logging
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

type Json = dict[str, Any]
type Step = Callable[[Json], Awaitable[Json | None]]


def tell(**fact: object) -> None:
    """One fact."""
    sys.stdout.write(json.dumps(fact, default=str) + "\n")
    sys.stdout.flush()


class TellingHandler(logging.Handler):
    """What the library logs from WARNING up becomes a fact."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it, with the name of the logger and of an exception."""
        fault = f" [{record.exc_info[1]!r}]" if record.exc_info else ""
        tell(log=record.levelname, text=f"{record.name}: {record.getMessage()}{fault}")


def tell_the_log(matters: logging.Filter) -> None:
    """Listen to everything that anybody logs, and tell what matters."""
    handler = TellingHandler()
    handler.addFilter(matters)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(capture=True)


async def obey(steps: dict[str, Step]) -> None:
    """Do what standard input says, one after the other, until `leave`."""
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        step = json.loads(line)
        if step["do"] == "leave":
            tell(answer=step["number"])
            return
        try:
            seen = await steps[step["do"]](step) or {}
        except Exception:  # noqa: BLE001 - the test says what went wrong, and where
            seen = {"failed": traceback.format_exc()}
        tell(answer=step["number"], **seen)
