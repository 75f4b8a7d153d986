"""What every test of a stock client needs: the library of the other language, and a playground of its own."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.client import Client
from tests.clients.stock import Stock
from tests.contract.validate import validate_record
from tests.fakes.playground_process import PlaygroundProcess, playground_process

pytest.register_assert_rewrite("tests.clients.sections")

NODE = Path(__file__).parents[1] / "node"


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts, and with discord.js as the lock file names it: installed once per lock file."""
    npm = shutil.which("npm")
    assert npm, "npm is needed for the discord.js test: apt-get install npm"
    digest = hashlib.sha256((NODE / "package-lock.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guildwright" / f"node-{digest}"
    if not (cache / "node_modules" / "discord.js").is_dir():
        draft = cache.with_name(f"{cache.name}.{os.getpid()}")
        draft.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(NODE / name, draft)
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=draft, check=True, timeout=300)
        if cache.exists():
            shutil.rmtree(draft)
        else:
            draft.replace(cache)
    folder = tmp_path_factory.mktemp("node")
    for script in NODE.glob("*.mjs"):
        shutil.copy(script, folder)
    (folder / "node_modules").symlink_to(cache / "node_modules")
    return folder


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaygroundProcess]:
    """A playground for one library, whose traffic is held against Discord's documents at the end."""
    with playground_process(tmp_path_factory.mktemp("playground")) as running:
        yield running
        assert validate_record(running.record) == []


@pytest.fixture(scope="module")
def whole_stock(request: pytest.FixtureRequest, playground: PlaygroundProcess, node_modules: Path) -> Iterator[Stock]:
    """The client of the module's `LIBRARY`, ready; at the end it leaves in good order."""
    with Client(request.module.LIBRARY, playground, node_modules) as client:
        client.wait_for("ready")
        # The test reads with the bot's token too: the limit of the whole bot would not be the client's alone.
        playground.control("PATCH", "/limits", {"per_second": 1000})
        yield Stock(playground, client)
        client.leave()


@pytest.fixture
def stock(whole_stock: Stock) -> Iterator[Stock]:
    """The same, whose library complains of nothing while the test runs."""
    whole_stock.forgive()
    yield whole_stock
    assert whole_stock.client.new_complaints() == []
