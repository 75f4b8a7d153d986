"""This machine's way to its package index, for a build that must not name it: as secrets, which no layer keeps."""

import configparser
import contextlib
import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

# Those that say where packages come from and how to get there; the rest is taste, or of this machine's own files.
_PASSED_ON = {"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries"}
_AUTHORITY = "/run/secrets/ca.pem"


@contextlib.contextmanager
def pip_secrets() -> Iterator[Mapping[str, Path]]:
    """Files by the ids that the Dockerfile mounts them by."""
    with tempfile.TemporaryDirectory() as folder:
        settings, secrets = _settings(), {"pip.conf": Path(folder) / "pip.conf"}
        authority = Path(settings.pop("cert", "") or os.environ.get("SSL_CERT_FILE", "") or _system_authority())
        if authority.is_file():
            secrets["ca.pem"] = authority
            settings["cert"] = _AUTHORITY
        parser = configparser.RawConfigParser()
        parser["global"] = {name: value for name, value in settings.items() if name in {*_PASSED_ON, "cert"}}
        with secrets["pip.conf"].open("w") as file:
            parser.write(file)
        yield secrets


def _settings() -> dict[str, str]:
    """What pip would obey here: its files, then the environment."""
    pip = shutil.which("pip") or shutil.which("pip3")
    if pip is None:
        return {}
    listed = subprocess.run([pip, "config", "list"], capture_output=True, text=True, timeout=60, check=False).stdout
    found = {}
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        found[name.rpartition(".")[2]] = value.strip("'\"").replace("\\n", "\n")
    return found


def _system_authority() -> str:
    return ssl.get_default_verify_paths().cafile or ""
