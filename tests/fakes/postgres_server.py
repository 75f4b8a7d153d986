"""A real PostgreSQL of one's own: the embedded one, in a temporary directory, ended by its process id.

In a test folder's conftest.py: `from tests.fakes.postgres_server import database, postgres`. Then `postgres` is a
server for the module, and `database` a test's open engine on it, with the platform's tables, empty.
"""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from guildwright.platform.database import embedded, engine, migrate

START_SECONDS = 60.0
STOP_SECONDS = 10.0


class PostgresServer:
    """Starts, dies and comes back under the same address, as the one in production does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.prepared = embedded.prepare(folder / "data", folder / "run")
        self.url = self.prepared.url
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it runs, which is before it answers."""
        user = self.prepared.user
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.prepared.argv,
                env=self.prepared.env,
                cwd=self.prepared.cwd,
                user=user,
                group=pwd.getpwnam(user).pw_gid if user else None,
                extra_groups=[] if user else None,
                stderr=log,
            )

    async def answers(self) -> None:
        """Return once it answers.

        After a kill, PostgreSQL refuses to start until the last of its old processes has gone. The supervisor then
        starts it again, and so do we.
        """
        async with asyncio.timeout(START_SECONDS):
            answering = asyncio.create_task(embedded.answers(self.url))
            while not answering.done():
                if self.process is None or self.process.poll() is not None:
                    self.start()
                await asyncio.wait({answering}, timeout=0.1)
            answering.result()

    def end(self, sent: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and wait for the end; SIGKILL is a power cut: no process of it answers from then on."""
        assert self.process
        children = _children(self.process.pid)
        self.process.send_signal(sent)
        if sent == signal.SIGKILL:  # they would notice in a moment, and serve until then
            for child in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, sent)
        code = self.process.wait(STOP_SECONDS)
        self.process = None
        return code


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run one for the length of a `with`."""
    # Not pytest's tmp_path: a socket's path is limited, and the server's user must get in.
    folder = Path(tempfile.mkdtemp(prefix="gw-pg-"))
    try:
        server = PostgresServer(folder)
        server.start()
        asyncio.run(server.answers())
        try:
            yield server
        finally:
            if server.process is not None:
                server.end()
    finally:
        shutil.rmtree(folder, ignore_errors=os.geteuid() != 0)


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A server for the tests of one module."""
    with postgres_server() as server:
        yield server


async def empty(*tables: str) -> None:
    """Delete the rows of these tables and of jobs."""
    await engine.fetch(f"TRUNCATE {', '.join(('job', 'recurring_job', *tables))} RESTART IDENTITY CASCADE")


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[None]:
    """The engine, open on the module's server, with the platform's tables, which are empty."""
    await engine.open_url(postgres.url)
    await migrate.run_migrations([])
    await empty()
    yield
    await engine.close_database()
