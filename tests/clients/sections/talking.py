"""Seeing the guild, hearing members, writing."""

from tests.clients.compare import differences
from tests.clients.stock import Stock


def test_it_sees_the_guild_as_the_playground_holds_it(stock: Stock) -> None:
    assert stock.differs() == []


def test_what_it_writes_and_hears_is_what_the_channel_holds(stock: Stock) -> None:
    heard = stock.say("ana", "gatehouse", "Good evening")
    talked = stock.do("talk", channel=stock.channels["gatehouse"], user=stock.people["bo"])
    held = stock.held.messages(stock.channels["gatehouse"])

    assert differences(talked["messages"], {key: held[key] for key in talked["messages"]}) == []
    assert [held[key]["content"] for key in talked["messages"]] == [
        "Hello again",
        f"An answer for <@{stock.people['bo']}>",
    ]
    assert held[max(talked["messages"])]["reply_to"] == min(talked["messages"])
    assert held[min(talked["messages"])]["reactions"] == {"👋": {"count": 1, "me": True}}
    assert talked["gone"] not in held
    assert heard["id"] in stock.do("dump")["messages"]
    assert stock.differs() == []
