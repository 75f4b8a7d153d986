"""Runs the playground on one port until it is told to stop."""

import json
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Literal

import msgspec
import uvicorn

from guildwright.playground import hello
from guildwright.playground.app import make_asgi
from guildwright.playground.gate import Gate
from guildwright.playground.hello import PORT
from guildwright.playground.playground import Options, Playground
from guildwright.playground.store import Unreadable
from guildwright.playground.tokens import NoToken


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How to run. A port of 0 is that of the last run, or any; None prefers the usual one to any."""

    data: Path
    host: str = "127.0.0.1"
    port: int | None = None
    processes_file: Path | None = None
    ready_file: Path | None = None
    record: Path | None = None
    rate_limits: bool = True
    say: Literal["nothing", "text", "json"] = "nothing"
    token: str | None = None


def run(data: Path, host: str, port: int, processes_file: Path | None, ready_file: Path | None) -> int:
    """Serve, with the rest from the environment."""
    asked = Asked(data=data, host=host, port=port, processes_file=processes_file, ready_file=ready_file)
    return serve(from_environment(asked))


def from_environment(asked: Asked) -> Asked:
    """What the environment says, where the command line says nothing."""
    record = os.environ.get("GUILDWRIGHT_PLAYGROUND_RECORD")
    limited = os.environ.get("GUILDWRIGHT_PLAYGROUND_RATE_LIMITS", "on") != "off"
    return msgspec.structs.replace(
        asked,
        record=asked.record or (Path(record) if record else None),
        rate_limits=asked.rate_limits and limited,
        token=asked.token or os.environ.get("GUILDWRIGHT_PLAYGROUND_TOKEN") or None,
    )


def serve(asked: Asked) -> int:
    """Serve until it is told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asked.data.mkdir(parents=True, exist_ok=True)
        listener = listen(asked.host, asked.port, asked.data / "playground.port")
    except OSError as fault:
        what = fault.filename or f"{asked.host}:{asked.port or PORT}"
        sys.stderr.write(f"guildwright playground: cannot use {what}: {fault.strerror}\n")
        return 1
    options = Options(
        file=asked.data / "playground.sqlite3",
        record=asked.record,
        processes_file=asked.processes_file,
        rate_limits=asked.rate_limits,
        host=asked.host,
        hosts=tuple(os.environ.get("GUILDWRIGHT_PLAYGROUND_HOSTS", "").split(",")),
        token=asked.token,
    )
    try:
        play = Playground(options)
    except (Unreadable, NoToken) as fault:
        sys.stderr.write(f"guildwright playground: {fault}\n")
        return 1
    _announce(asked, play, listener.getsockname()[1])
    server(play).run(sockets=[listener])
    return 0


def _announce(asked: Asked, play: Playground, port: int) -> None:
    """Say where it is, to whom it was asked to."""
    facts = describe(play, asked.host, port)
    play.memory.origin = str(facts["page"]).rstrip("/")
    write_whole(asked.data / "playground.port", str(port))
    if asked.ready_file:
        write_whole(asked.ready_file, json.dumps(facts))
    if asked.say == "json":
        sys.stdout.write(json.dumps(facts) + "\n")
    elif asked.say == "text":
        sys.stdout.write(hello.greeting(facts, str(asked.data)))
    sys.stdout.flush()


class Server(uvicorn.Server):
    """Ends open event streams first: uvicorn would wait for their readers to go."""

    def __init__(self, config: uvicorn.Config, play: Playground) -> None:
        super().__init__(config)
        self._play = play
        play.connections.watch(self.server_state.connections)

    def close_streams(self) -> None:
        """Let everybody go who only listens."""
        self._play.feed.close()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        self.close_streams()
        await super().shutdown(sockets)


def server(play: Playground) -> Server:
    """The web server, not started."""
    config = uvicorn.Config(
        Gate(make_asgi(play), play.options.host, play.options.hosts),
        log_level="error",  # its warnings are of what clients send, such as an upgrade to HTTP/2 that Java asks for
        access_log=False,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        # Longer than clients keep a connection (aiohttp 15 s, Go 90 s, OkHttp five minutes), as Discord's edge does:
        # else who waited five seconds for its bucket writes into a connection that is being closed.
        timeout_keep_alive=400,
        timeout_graceful_shutdown=1,
    )
    return Server(config, play)


def listen(host: str, port: int | None, remembered: Path | None) -> socket.socket:
    """A listening socket on the wished port; else on the remembered one, the usual one (None), or any."""
    wishes = [port] if port else [_read_port(remembered), *([PORT] if port is None else []), 0]
    for wish in dict.fromkeys(wish for wish in wishes if wish or wish == wishes[-1]):
        # asyncio switches Nagle's delay off only where the protocol is named; without it every answer waits 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, wish))
        except OSError:
            listener.close()
            if wish == wishes[-1]:
                raise
            continue
        listener.listen(2048)
        return listener
    raise AssertionError


def _read_port(file: Path | None) -> int:
    try:
        return int(file.read_text()) if file else 0
    except (OSError, ValueError):
        return 0


def write_whole(file: Path, text: str) -> None:
    """Write so that a reader sees all of it or nothing."""
    draft = file.with_name(file.name + ".new")
    draft.write_text(text)
    draft.replace(file)


def describe(play: Playground, host: str, port: int) -> dict[str, object]:
    """What a stranger needs to use this playground."""
    place = f"{'127.0.0.1' if host in {'0.0.0.0', '', '::'} else host}:{port}"
    base = f"http://{place}"
    guild = next(iter(play.memory.guilds.values()))
    return {
        "page": f"{base}/",
        "control": f"{base}/control",
        "api": f"{base}/api/v10",
        "gateway": f"ws://{place}/gateway",
        "token": play.application.token,
        "application_id": str(play.application.id),
        "guild_id": str(guild.id),
        "channels": {channel.name: str(channel.id) for channel in play.memory.guild_channels(guild.id)},
        "roles": {role.name: str(role.id) for role in play.memory.guild_roles(guild.id)},
        "port": port,
    }
