"""Channels of every kind, and who may do what in them."""

from tests.clients.stock import Stock


def test_its_channels_are_made_edited_opened_closed_and_deleted(stock: Stock) -> None:
    done = stock.do("channels", user=stock.people["cy"], role=stock.roles["Artisan"])
    held = stock.held.guild()["channels"]
    loom, hall = held[done["loom"]], held[done["hall"]]

    assert (loom["topic"], loom["rate_limit_per_user"], loom["nsfw"]) == ("Fine cloth", 10, False)
    assert (loom["parent_id"], hall["parent_id"]) == (done["workshop"], done["workshop"])
    assert (hall["bitrate"], hall["user_limit"]) == (32000, 9)
    assert loom["overwrites"] == {
        stock.roles["Artisan"]: {"type": 0, "allow": str(1 << 11), "deny": str(1 << 13)},
        stock.people["cy"]: {"type": 1, "allow": "0", "deny": str(1 << 10)},
    }
    assert done["gone"] not in held
    assert stock.differs() == []
    kept = stock.audit_log()
    for entry in (
        [10, done["workshop"], "More room"],
        [11, done["loom"], "Better"],
        [13, done["loom"], "Theirs"],
        [12, done["gone"], "Not needed"],
    ):
        assert entry in kept
