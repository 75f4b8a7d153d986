"""The PostgreSQL of a trial in a cluster lets in who knows the password, and stops cleanly while clients are there."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from guildwright.platform.database import embedded
from tests.fakes.ports import free_ports

pytestmark = pytest.mark.integration
STARTS_WITHIN = 60.0
STOPS_WITHIN = 10.0


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that the server's own user may enter."""
    path = Path(tempfile.mkdtemp(prefix="gw-trial-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def port() -> int:
    """One that is free."""
    return free_ports(1)[0]


def command(data: Path, port: int) -> list[str]:
    program = (sys.executable, "-m", "guildwright", "trial-postgres")
    return [*program, "--data", str(data), "--port", str(port)]


def started(data: Path, port: int, password: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(data, port), env=os.environ | {"POSTGRES_PASSWORD": password})


@contextlib.asynccontextmanager
async def serving(data: Path, port: int, password: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """One that runs, once it answers."""
    process = started(data, port, password)
    try:
        await asyncio.wait_for(embedded.answers(url(port, password)), STARTS_WITHIN)
        yield process
    finally:
        process.terminate()
        process.wait(STOPS_WITHIN)


def url(port: int, password: str) -> str:
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"


async def test_it_has_pgvector_and_keeps_data_and_takes_a_new_password_at_the_next_start(data: Path, port: int) -> None:
    async with serving(data, port, "first"):
        client = await asyncpg.connect(url(port, "first"))
        await client.execute("CREATE EXTENSION vector; CREATE TABLE kept AS SELECT '[1,2]'::vector AS v")
        await client.close()

    async with serving(data, port, "it's 2nd"):
        client = await asyncpg.connect(host="127.0.0.1", port=port, user="postgres", password="it's 2nd")  # noqa: S106
        assert await client.fetchval("SELECT v::text FROM kept") == "[1,2]"
        await client.close()
        for password in ("first", ""):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(url(port, password))


async def test_sigterm_stops_it_cleanly_though_a_client_stays(data: Path, port: int) -> None:
    async with serving(data, port, "word") as process:
        client = await asyncpg.connect(url(port, "word"))
        process.send_signal(signal.SIGTERM)

        assert process.wait(STOPS_WITHIN) == 0
        assert not (data / "postgres" / "postmaster.pid").exists()
        client.terminate()


# A server that ends right after it was found running; then nothing more comes that would wake who waits.
ENDS_AT_ONCE = """
import subprocess
from guildwright import trial_postgres

class Server:
    returncode = None

    def poll(self):
        if self.returncode is None:
            subprocess.run(["true"], preexec_fn=trial_postgres._unblock)
            self.returncode = 3
            return None
        return self.returncode

trial_postgres.hold()
raise SystemExit(trial_postgres.stand_before(Server()))
"""


def test_a_server_that_ends_while_nobody_looks_is_noticed() -> None:
    done = subprocess.run([sys.executable, "-c", ENDS_AT_ONCE], timeout=STARTS_WITHIN, check=False)

    assert done.returncode == 3


@pytest.mark.parametrize("password", ["", "two\nlines"])
def test_without_a_password_it_does_not_start(data: Path, port: int, password: str) -> None:
    done = subprocess.run(
        command(data, port),
        env=os.environ | {"POSTGRES_PASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (
        2,
        "guildwright trial-postgres: set POSTGRES_PASSWORD, to one line of printable text\n",
    )
