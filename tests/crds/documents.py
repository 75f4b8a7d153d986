"""The documents that tests judge: the examples, and the folders of tests/data/config."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "crds" / "examples").glob("*.yaml"))
ACCEPTED = sorted((ROOT / "tests" / "data" / "config" / "accepted").glob("*.yaml"))
REFUSED = sorted((ROOT / "tests" / "data" / "config" / "refused").glob("*.yaml"))
READERS_DIFFER = sorted((ROOT / "tests" / "data" / "config" / "readers_differ").glob("*.yaml"))


def name(path: Path) -> str:
    """How a test that is about a document names it."""
    return path.stem


def expected(path: Path) -> list[str]:
    """What a counter-example says that `check` finds in it."""
    return re.findall(r"^# expect: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
