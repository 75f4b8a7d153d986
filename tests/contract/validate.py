"""Turns what the playground recorded into a list of violations of Discord's own documents.

Every fixture that starts a playground asks it at the end: where well-behaved clients speak, `validate_record` looks at
both sides; where a test may send rubbish, `validate_answers` looks at what the playground said.
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
_UNROUTED = ({"message": "404: Not Found", "code": 0}, {"message": "405: Method Not Allowed", "code": 0})


def validate_record(folder: Path) -> list[str]:
    """Every violation in a recorded folder; empty when all is well, or when the documents are not there."""
    if not spec.available(f"traffic of {folder.parent.name}/{folder.name}"):
        return []
    return [*violations(entries(folder))]


def validate_answers(folder: Path) -> list[str]:
    """What the playground itself did wrong in a recorded folder, which may be empty."""
    if not spec.available(f"answers of {folder.parent.name}/{folder.name}"):
        return []
    return own_violations(entries(folder, needed=False))


def own_violations(exchanges: Iterable[Entry]) -> list[str]:
    """Violations in what the playground answered or told, whatever it was asked."""
    own = [entry for entry in exchanges if entry["kind"] != "gateway_sent" and _documented(entry)]
    return [problem for problem in violations(own) if "gateway" in problem or ": response" in problem]


def _documented(entry: Entry) -> bool:
    """A route that Discord does not have is answered with 404, and no document says how."""
    return not (entry["kind"] == "rest" and entry["response"] in _UNROUTED)


def entries(folder: Path, *, needed: bool = True) -> Iterator[Entry]:
    """The recorded exchanges of a folder. A last line cut off by `kill -9` is no exchange.

    Raises:
        AssertionError: when nothing was recorded though something was `needed`, for then nothing was checked.
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
    if needed:
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
