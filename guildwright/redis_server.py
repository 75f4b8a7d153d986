"""The private Redis of `guildwright up`: a unix socket only its owner may open, nothing kept on disk.

Redis carries and wakes; the truth is in Postgres and in the GuildConfig files, so an empty Redis loses nothing.
"""

from pathlib import Path

from guildwright import probes
from guildwright.supervisor import Child


def url(run: Path) -> str:
    """Return the URL of the Redis whose socket is in `run`."""
    return f"unix://{run / 'redis.sock'}"


def child(program: str, run: Path, logs: Path) -> Child:
    """Return the Redis to run; `program` is the path of redis-server or valkey-server."""
    flags = {
        "--port": "0",
        "--unixsocket": str(run / "redis.sock"),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--maxmemory-policy": "noeviction",
        "--dir": str(run),
    }
    argv = (program, *(word for flag in flags.items() for word in flag))
    return Child("redis", argv, ready=lambda: probes.redis(url(run)), log=logs / "redis.log")
