"""Bots made with unmodified libraries live in the playground, and what they keep in mind is what it holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.client import LIBRARIES, Client
from tests.clients.compare import differences, fields_compared
from tests.clients.held import Held
from tests.contract.validate import validate_record
from tests.fakes.playground_process import PlaygroundProcess, playground_process

pytestmark = pytest.mark.integration


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[PlaygroundProcess]:
    """A playground of its own, whose traffic is held against Discord's documents at the end."""
    with playground_process(tmp_path) as running:
        yield running
        assert validate_record(running.record) == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_stock_client_sees_what_the_playground_holds(library: str, playground: PlaygroundProcess) -> None:
    held = Held(playground)
    gatehouse = playground.facts["channels"]["gatehouse"]
    people = held.people()
    with Client(library, playground) as client:
        client.wait_for("ready")
        playground.control("POST", f"/channels/{gatehouse}/messages", {"user_id": people["ana"], "content": "Evening"})
        talked = client.do("talk", channel=gatehouse, user=people["bo"])
        dump = client.do("dump", guild=held.guild_id)
        client.leave()

    assert fields_compared(dump["guild"]) > 100
    assert differences(dump["guild"], held.guild()) == []
    assert differences(talked["messages"], held.messages(gatehouse)) == []
    assert talked["gone"] not in dump["messages"]
    assert differences({"messages": dump["messages"]}, {"messages": held.messages(gatehouse)}) == []
    assert client.complaints() == []
