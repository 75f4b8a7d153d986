"""A shard's memory of the configuration, in a process of its own, that says when which generation came into force.

Reads with the platform's `ConfigReader`, as a shard does, and takes the moment from its log line. CLOCK_MONOTONIC is
one clock for all processes of a machine, so its times can be compared with those of whoever edits.
"""

import asyncio
import json
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from redis.asyncio import Redis

from guildwright.platform.config.read import ConfigReader
from guildwright_crds.base import render_duration

IN_FORCE = "configuration in force"


def _tell(_logger: object, _level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if event.get("event") == IN_FORCE:
        _say({"guild": str(event["guild"]), "generation": event["generation"], "at": time.monotonic()})
    raise structlog.DropEvent


def _say(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def follow(url: str) -> None:
    """Until stdin says a guild's id: then answer with what is in memory for it. An empty line ends it."""
    structlog.configure(processors=[_tell], wrapper_class=structlog.make_filtering_bound_logger(0))
    reader = ConfigReader(Redis.from_url(url, socket_timeout=5))
    await reader.start()
    while guild := (await asyncio.to_thread(sys.stdin.readline)).strip():
        await reader.wait_ready()
        found = reader.get(int(guild))
        knob = render_duration(found.giveaways.claim_timeout)
        _say({"guild": guild, "generation": found.generation, "uid": found.uid, "claim_timeout": knob})
    await reader.stop()


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1]))
