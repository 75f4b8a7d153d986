"""Bots made with unmodified libraries live in the playground, and what they keep in mind is what it holds."""

from pathlib import Path

import pytest

from tests.clients.client import LIBRARIES, Client
from tests.clients.compare import differences, fields_compared
from tests.clients.held import Held
from tests.fakes.playground_process import PlaygroundProcess

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_stock_client_sees_what_the_playground_holds(
    library: str, playground: PlaygroundProcess, node_modules: Path
) -> None:
    held = Held(playground)
    gatehouse = playground.facts["channels"]["gatehouse"]
    people = held.people()
    with Client(library, playground, node_modules) as client:
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
