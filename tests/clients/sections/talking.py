"""Seeing the guild, hearing members, writing."""

import base64

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


def test_it_gets_the_files_that_members_send(stock: Stock) -> None:
    path = f"/channels/{stock.channels['gatehouse']}/messages"
    file = {"filename": "plan.txt", "content": base64.b64encode(b"A plan").decode()}
    said = stock.control("POST", path, user_id=stock.people["ana"], content="Look", files=[file])

    stock.hears(said)
    assert stock.do("dump")["messages"][said["id"]]["files"] == stock.held.message(said)["files"]
    assert stock.differs() == []


def test_it_sees_who_is_there_and_what_they_do(stock: Stock) -> None:
    stock.control("PUT", "/presence", user_id=stock.people["ana"], status="dnd", activity="Weaving")
    stock.control("PUT", "/presence", user_id=stock.people["bo"], status="idle")
    stock.control("PUT", "/presence", user_id=stock.people["cy"], status="online")
    stock.control("PUT", "/presence", user_id=stock.people["cy"], status="offline")

    people = {stock.people["ana"]: "dnd", stock.people["bo"]: "idle"}
    assert {key: status for key, status in stock.held.presences().items() if key != stock.bot} == people
    assert stock.differs() == []
    assert stock.do("dump")["activities"] == {stock.people["ana"]: "Weaving"}


def test_what_members_edit_delete_and_react_to_is_so_in_its_cache(stock: Stock) -> None:
    ana, bo = stock.people["ana"], stock.people["bo"]
    edited, deleted = stock.say("ana", "gatehouse", "A tpyo"), stock.say("ana", "gatehouse", "A mistake")
    stock.hears(deleted)
    stock.control("PATCH", f"/messages/{edited['id']}", user_id=ana, content="A typo")
    stock.control("POST", f"/messages/{edited['id']}/reactions", user_id=bo, emoji="🎉")
    stock.control("POST", f"/messages/{edited['id']}/reactions", user_id=ana, emoji="🎉")
    stock.control("POST", f"/messages/{edited['id']}/reactions", user_id=ana, emoji="👀")
    stock.control("POST", f"/messages/{edited['id']}/reactions", user_id=ana, emoji="👀", remove=True)
    stock.control("DELETE", f"/messages/{deleted['id']}/as/{ana}")

    stock.wait_until(lambda: deleted["id"] not in stock.do("dump")["messages"])
    assert stock.held.message(edited)["reactions"] == {"🎉": {"count": 2, "me": False}}
    assert stock.do("dump")["messages"][edited["id"]]["content"] == "A typo"
    assert stock.differs() == []
