"""Runs the playground on one port until it is told to stop."""

import json
import logging
import os
import socket
import sys
from pathlib import Path

import uvicorn

from guildwright.playground.app import make_asgi
from guildwright.playground.gate import Gate
from guildwright.playground.playground import Options, Playground
from guildwright.playground.store import Unreadable


def run(data: Path, host: str, port: int, processes_file: Path | None, ready_file: Path | None) -> int:
    """Serve. Port 0 takes the port of the last run, or any free one."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    data.mkdir(parents=True, exist_ok=True)
    record = os.environ.get("GUILDWRIGHT_PLAYGROUND_RECORD")
    try:
        listener = listen(host, port, data / "playground.port")
    except OSError as fault:
        sys.stderr.write(f"guildwright playground: cannot listen on {host}:{port}: {fault.strerror}\n")
        return 1
    options = Options(
        file=data / "playground.sqlite3",
        record=Path(record) if record else None,
        processes_file=processes_file,
        rate_limits=os.environ.get("GUILDWRIGHT_PLAYGROUND_RATE_LIMITS", "on") != "off",
        host=host,
        hosts=tuple(os.environ.get("GUILDWRIGHT_PLAYGROUND_HOSTS", "").split(",")),
    )
    try:
        play = Playground(options)
    except Unreadable as fault:
        sys.stderr.write(f"guildwright playground: {fault}\n")
        return 1
    bound = listener.getsockname()[1]
    play.memory.origin = f"http://{host}:{bound}"
    write_whole(data / "playground.port", str(bound))
    if ready_file:
        write_whole(ready_file, json.dumps(describe(play, host, bound)))
    server(play).run(sockets=[listener])
    return 0


class Server(uvicorn.Server):
    """Ends open event streams first: uvicorn would wait for their readers to go."""

    def __init__(self, config: uvicorn.Config, play: Playground) -> None:
        super().__init__(config)
        self._play = play
        play.connections.watch(self.server_state.connections)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        self._play.feed.close()
        await super().shutdown(sockets)


def server(play: Playground) -> Server:
    """The web server, not started."""
    config = uvicorn.Config(
        Gate(make_asgi(play), play.options.host, play.options.hosts),
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_graceful_shutdown=1,
    )
    return Server(config, play)


def listen(host: str, port: int, remembered: Path | None) -> socket.socket:
    """A listening socket on the wished port, the remembered one, or any."""
    wishes = [port] if port else [_read_port(remembered), 0]
    for wish in dict.fromkeys(wishes):
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
    base = f"http://{host}:{port}"
    guild = next(iter(play.memory.guilds.values()))
    return {
        "page": f"{base}/",
        "control": f"{base}/control",
        "api": f"{base}/api/v10",
        "token": play.application.token,
        "application_id": str(play.application.id),
        "guild_id": str(guild.id),
        "channels": {channel.name: str(channel.id) for channel in play.memory.guild_channels(guild.id)},
        "roles": {role.name: str(role.id) for role in play.memory.guild_roles(guild.id)},
        "port": port,
    }
