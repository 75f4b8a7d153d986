"""What tests really exercised: operations and events whose answers were held against Discord's documents, and passed.

While tests run, every validated exchange is noted here; with `CONTRACT_SEEN=DIR` each process leaves its notes there
at the end. `support.py` makes a table of them, and `nox -s unit` holds the table against a fresh run.
"""

import json
import os
from pathlib import Path
from typing import Any

VARIABLE = "CONTRACT_SEEN"

type Codes = dict[str, str]
type Json = dict[str, Any]


class Seen:
    """Operations by `METHOD /template` that were answered with success, refusals of each by code, events by name."""

    def __init__(self) -> None:
        self.operations: set[str] = set()
        self.refusals: dict[str, Codes] = {}
        self.events: set[str] = set()

    def exchange(self, operation: str, status: int, response: object) -> None:
        """A REST exchange whose answer is as documented."""
        if status < 400:
            self.operations.add(operation)
        elif isinstance(response, dict) and "code" in response:
            code = str(response["code"] or status)
            said = str(response.get("message", ""))
            codes = self.refusals.setdefault(operation, {})
            codes[code] = min(codes.get(code, said), said)

    def event(self, payload: Json) -> None:
        """A payload to a client that is as documented."""
        self.events.add(payload.get("t") or f"opcode {payload.get('op')}")

    def add(self, other: "Seen") -> None:
        """Both."""
        self.operations |= other.operations
        self.events |= other.events
        for operation, codes in other.refusals.items():
            mine = self.refusals.setdefault(operation, {})
            mine |= {code: min(mine.get(code, said), said) for code, said in codes.items()}

    def lacks(self, claimed: "Seen") -> list[str]:
        """What is claimed and was not seen here."""
        missing = [f"answered: {operation}" for operation in claimed.operations - self.operations]
        missing += [f"event: {event}" for event in claimed.events - self.events]
        missing += [
            f"refused with {code}: {operation}"
            for operation, codes in claimed.refusals.items()
            for code in codes
            if code not in self.refusals.get(operation, {})
        ]
        return sorted(missing)

    def as_json(self) -> str:
        """In a stable order."""
        refusals = {
            operation: dict(sorted(codes.items(), key=lambda item: int(item[0])))
            for operation, codes in sorted(self.refusals.items())
        }
        body = {"operations": sorted(self.operations), "refusals": refusals, "events": sorted(self.events)}
        return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


SEEN = Seen()


def read(file: Path) -> Seen:
    """Notes that were left."""
    body = json.loads(file.read_text())
    found = Seen()
    found.operations, found.refusals = set(body["operations"]), body["refusals"]
    found.events = set(body["events"])
    return found


def gathered(folder: Path) -> Seen:
    """The notes of every process of a run.

    Raises:
        AssertionError: when nobody left any, for then nothing was exercised.
    """
    files = [*folder.glob("*.json")]
    assert files, f"no notes in {folder}: did the tests run with {VARIABLE}={folder}?"
    found = Seen()
    for file in files:
        found.add(read(file))
    return found


def pytest_sessionfinish() -> None:
    """The hook that tests/conftest.py wires in."""
    if folder := os.environ.get(VARIABLE):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{os.getpid()}.json").write_text(SEEN.as_json())
