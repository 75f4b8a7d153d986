"""A real Redis of one's own: on a socket in a temporary directory, ended by its process id."""

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

START_SECONDS = 60.0


class RedisServer:
    """Starts, dies and comes back under the same address, as the one in production does."""

    def __init__(self, folder: Path, *, lasting: bool = False, fsync: str = "everysec") -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._folder = folder
        self._save = ["--appendonly", "yes", "--appendfsync", fsync] if lasting else ["--save", ""]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of its process, while it runs."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Return when it answers."""
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        assert program, "these tests need redis-server: apt-get install redis-server"
        self._process = subprocess.Popen(
            [program, "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self._folder), *self._save],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        with BlockingRedis(unix_socket_path=str(self.socket)) as client:
            while True:
                with contextlib.suppress(RedisError):
                    client.ping()
                    return
                assert time.monotonic() < deadline, "redis-server did not start"
                time.sleep(0.02)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def client(self) -> Redis:
        """A connection like the platform's: it tries once more, then says so."""
        client: Redis = Redis.from_url(self.url, socket_timeout=5, retry=Retry(NoBackoff(), 1))
        return client


@contextlib.contextmanager
def redis_server(*, lasting: bool = False, fsync: str = "everysec") -> Iterator[RedisServer]:
    """Run one for the length of a `with`; `lasting` keeps its data over `kill` and `start`, synced as `fsync` says."""
    # Not pytest's tmp_path: a socket's path is limited to 107 bytes.
    with tempfile.TemporaryDirectory(prefix="gw-redis-") as folder:
        server = RedisServer(Path(folder), lasting=lasting, fsync=fsync)
        server.start()
        try:
            yield server
        finally:
            server.kill()
