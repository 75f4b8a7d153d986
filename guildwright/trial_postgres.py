"""A PostgreSQL for trials in a cluster: the embedded one, over TCP, for whoever knows the password.

A pod is stopped by SIGTERM, at which PostgreSQL waits until the last client has left by itself; so we stand before it
and pass on SIGINT, at which it ends its sessions and stops cleanly. Keep nothing in it that matters.
"""

import pwd
import signal
import subprocess
import sys
from pathlib import Path

from guildwright.platform.database import embedded

_RULES = """\
# Written by `guildwright trial-postgres` at every start.
local all all              trust
host  all all 0.0.0.0/0    scram-sha-256
host  all all ::/0         scram-sha-256
"""
_ENDS = (signal.SIGTERM, signal.SIGINT)
_HEARD = (*_ENDS, signal.SIGCHLD)


def main(data: Path, host: str, port: int, password: str) -> int:
    """Serve until SIGTERM or SIGINT. Return the exit code."""
    try:
        prepared = embedded.prepare(data / "postgres", data / "run")
        (data / "postgres" / "pg_hba.conf").write_text(_RULES)
        _set_password(prepared, password)
    except (embedded.EmbeddedError, OSError, subprocess.CalledProcessError) as error:
        said = error.stdout if isinstance(error, subprocess.CalledProcessError) else error
        sys.stderr.write(f"guildwright trial-postgres: {said}\n")
        return 1
    command = (*prepared.argv, "-c", f"listen_addresses={host}", "-c", f"port={port}")
    group = pwd.getpwnam(prepared.user).pw_gid if prepared.user else None
    hold()
    server = subprocess.Popen(  # noqa: S603  our own program
        command,
        env=prepared.env,
        cwd=prepared.cwd,
        preexec_fn=_unblock,  # noqa: PLW1509  there is one thread
        user=prepared.user,
        group=group,
        extra_groups=[] if prepared.user else None,
    )
    return stand_before(server)


def hold() -> None:
    """From now on each signal that we heed waits until we ask; before the server starts, whose end is one of them."""
    signal.signal(signal.SIGCHLD, lambda *_: None)  # one that is ignored wakes nobody
    signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)


def stand_before(server: subprocess.Popen[bytes]) -> int:
    """Pass on what ends it, until it has ended. Return the exit code."""
    while server.poll() is None:
        if signal.sigwait(_HEARD) in _ENDS:
            server.send_signal(signal.SIGINT)
    return abs(int(server.returncode))


def _unblock() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)


def _set_password(prepared: embedded.Prepared, password: str) -> None:
    """At every start, so that a changed Secret holds from the next one on. No server listens yet."""
    program, folder = prepared.argv[0], prepared.cwd
    quoted = password.replace("'", "''")
    subprocess.run(  # noqa: S603  our own program
        (program, "--single", "-D", folder, "postgres"),
        input=f"ALTER USER postgres PASSWORD '{quoted}'\n",
        env=prepared.env,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        user=prepared.user,
        group=pwd.getpwnam(prepared.user).pw_gid if prepared.user else None,
        extra_groups=[] if prepared.user else None,
    )
