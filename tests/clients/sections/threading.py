"""Threads, pins, and files up and down."""

import hashlib

from tests.clients.compare import differences
from tests.clients.stock import Stock

# A picture of one pixel.
PICTURE = (
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154"
    "789c6364606060000000050001a5f645400000000049454e44ae426082"
)
NOTES = "Some notes: ä\n"


def test_its_threads_open_and_close_with_their_members(stock: Stock) -> None:
    done = stock.do("threads", channel=stock.channels["gatehouse"], user=stock.people["ana"])
    public = stock.held.ask(f"/channels/{done['public']}")
    private = stock.held.ask(f"/channels/{done['private']}")
    closed = stock.held.ask(f"/channels/{done['closed']}")

    assert (public["name"], public["type"], public["rate_limit_per_user"]) == ("weaving well", 11, 5)
    assert public["thread_metadata"]["auto_archive_duration"] == 60
    assert (private["type"], private["thread_metadata"]["invitable"]) == (12, False)
    assert (closed["thread_metadata"]["archived"], closed["thread_metadata"]["locked"]) == (True, True)
    assert stock.playground.rest("GET", f"/channels/{done['gone']}").status_code == 404
    members = [entry["user_id"] for entry in stock.held.ask(f"/channels/{done['public']}/thread-members")]
    assert done["members"] == sorted(members) == sorted((stock.people["ana"], stock.bot))
    assert [entry["user_id"] for entry in stock.held.ask(f"/channels/{done['private']}/thread-members")] == [stock.bot]
    assert done["archived"] == [done["closed"]]
    assert done["active"] == sorted((done["public"], done["private"])) == sorted(stock.held.threads())
    assert stock.differs() == []
    kept = stock.audit_log()
    for entry in ([110, done["public"], "A topic"], [111, done["closed"], "It is over"], [112, done["gone"], None]):
        assert entry in kept


def test_it_hears_what_members_say_in_threads_and_that_they_come_alive_again(stock: Stock) -> None:
    done = stock.do("threads", channel=stock.channels["giveaways"], user=stock.people["ana"])
    path = f"/channels/{done['public']}/messages"
    said = stock.control("POST", path, user_id=stock.people["bo"], content="Me too")

    stock.hears(said)
    assert stock.differs() == []


def test_its_pins_are_pinned(stock: Stock) -> None:
    done = stock.do("pins", channel=stock.channels["giveaways"])
    first, second, third = done["sent"]
    items = stock.held.ask(f"/channels/{stock.channels['giveaways']}/messages/pins")["items"]

    assert done["pinned"] == [item["message"]["id"] for item in items] == [third, first]
    kept = stock.audit_log()
    pinned, unpinned = done.get("reasons", ["Important", "Not so important"])
    assert [74, stock.bot, pinned] in kept
    assert [75, stock.bot, unpinned] in kept
    told = [entry for entry in stock.held.messages(stock.channels["giveaways"]).values() if entry["type"] == 6]
    assert [entry["reply_to"] for entry in told] == [third, second, first]
    assert stock.differs() == []


def test_its_files_come_back_as_they_were_sent(stock: Stock) -> None:
    done = stock.do("files", channel=stock.channels["gatehouse"], notes=NOTES, picture=PICTURE)
    held = stock.held.messages(stock.channels["gatehouse"])[done["id"]]

    assert [entry["filename"] for entry in done["before"]["files"]] == ["notes.txt", "dot.png"]
    assert [entry["filename"] for entry in held["files"]] == ["dot.png"]
    assert differences(done["after"], held) == []
    assert done["fetched"] == {
        "notes.txt": hashlib.sha256(NOTES.encode()).hexdigest(),
        "dot.png": hashlib.sha256(bytes.fromhex(PICTURE)).hexdigest(),
    }
    assert (done["size"], done.get("about", "Some notes")) == ([1, 1], "Some notes")
    assert done["kinds"]["dot.png"] == "image/png"
    assert done["kinds"]["notes.txt"].startswith("text/plain")
    assert stock.differs() == []
