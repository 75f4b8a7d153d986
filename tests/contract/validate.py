"""Turns what the playground recorded into a list of violations of Discord's own documents.

Used by every integration test: `assert not validate_record(folder)` after `GUILDWRIGHT_PLAYGROUND_RECORD=folder`.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.contract import spec
from tests.contract.gateway import check_gateway
from tests.contract.rest import RestContract
from tests.contract.seen import SEEN, Seen

type Entry = dict[str, Any]

# Faults of the playground that leave the answer as it is.
_HONEST = {"delay", "delay_answer", "lose_answer"}


def validate_record(folder: Path) -> list[str]:
    """Every violation in a recorded folder; empty when all is well, or when the documents are not there."""
    if not spec.available(f"traffic of {folder.parent.name}/{folder.name}"):
        return []
    return [*violations(entries(folder))]


def entries(folder: Path) -> Iterator[Entry]:
    """The recorded exchanges of a folder. A last line cut off by `kill -9` is no exchange.

    Raises:
        AssertionError: when nothing was recorded, for then nothing was checked.
    """
    found = 0
    for name in ("rest.jsonl", "gateway.jsonl"):
        file = folder / name
        for line in file.read_text().splitlines() if file.is_file() else ():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            found += 1
            yield entry
    assert found, f"nothing was recorded in {folder}: is GUILDWRIGHT_PLAYGROUND_RECORD set for the playground?"


def violations(exchanges: Iterable[Entry], seen: Seen = SEEN) -> Iterator[str]:
    """Violations, each with where it was seen. Answers that a test ordered to be wrong are not Discord's."""
    for entry in exchanges:
        if set(entry.get("faults") or ()) - _HONEST:
            continue
        found = [*(_rest().check(entry) if entry["kind"] == "rest" else check_gateway(entry))]
        _note(entry, found, seen)
        yield from (f"#{entry['number']} {problem}" for problem in found)


def _note(entry: Entry, found: list[str], seen: Seen) -> None:
    """What was exercised and answered as documented, whatever the request was like."""
    if entry["kind"] == "gateway_received" and not found:
        seen.event(entry["payload"])
    elif entry["kind"] == "rest" and not any(": response" in problem for problem in found):
        template = _rest().template_of(entry["method"], entry["path"])
        if template:
            seen.exchange(f"{entry['method']} {template}", entry["status"], entry.get("response"))


@cache
def _rest() -> RestContract:
    return RestContract(spec.load("openapi.json"))
