"""Webhooks, invites, emojis, private messages, refusals, voice, and members looked up over the gateway."""

from tests.clients.sections.threading import PICTURE
from tests.clients.stock import Stock


def test_its_webhooks_write_under_their_own_names(stock: Stock) -> None:
    gatehouse = stock.channels["gatehouse"]
    done = stock.do("webhooks", channel=gatehouse)
    messages = stock.held.ask(f"/channels/{gatehouse}/messages?limit=100")
    [said] = [entry for entry in messages if entry["id"] == done["id"]]

    assert done["message"] == {"content": "Hear ye, hear ye", "author_id": done["webhook"], "name": "Town crier"}
    assert (said["content"], said["webhook_id"], said["author"]["username"]) == (
        "Hear ye, hear ye",
        done["webhook"],
        "Town crier",
    )
    assert done["gone"] not in [entry["id"] for entry in messages]
    assert done["names"] == [entry["name"] for entry in stock.held.ask(f"/channels/{gatehouse}/webhooks")]
    assert done["names"] == ["The herald"]
    kept = stock.audit_log()
    assert [50, done["webhook"], "To cry"] in kept
    assert [52, "One is enough"] in [[action, reason] for action, _, reason in kept]
    assert stock.differs() == []


def test_its_invites_are_listed_and_taken_back(stock: Stock) -> None:
    done = stock.do("invites", channel=stock.channels["gatehouse"])
    listed = stock.held.ask(f"/guilds/{stock.guild}/invites")

    assert done["listed"] == {
        entry["code"]: {name: entry[name] for name in ("max_age", "max_uses", "uses")} for entry in listed
    }
    assert done["listed"][done["code"]] == {"max_age": 3600, "max_uses": 5, "uses": 0}
    assert done["gone"] not in done["listed"]
    assert done["channel"] == stock.channels["gatehouse"]
    assert [40, "For a friend"] in [[action, reason] for action, _, reason in stock.audit_log()]


def test_its_emojis_can_be_seen_and_reacted_with(stock: Stock) -> None:
    done = stock.do("emojis", channel=stock.channels["gatehouse"], picture=PICTURE)
    held = stock.held.guild()["emojis"]
    message = stock.held.messages(stock.channels["gatehouse"])[done["message"]]

    assert {key: emoji["name"] for key, emoji in held.items()} == {done["emoji"]: "bobbin"}
    assert message["reactions"] == {done["emoji"]: {"count": 1, "me": True}}
    assert [60, done["emoji"], "For the looms"] in stock.audit_log()
    assert stock.differs() == []


def test_it_talks_with_a_member_in_private(stock: Stock) -> None:
    done = stock.do("direct", user=stock.people["cy"])
    said = stock.control(
        "POST", f"/channels/{done['channel']}/messages", user_id=stock.people["cy"], content="For you alone"
    )

    assert stock.held.messages(done["channel"])[done["message"]]["content"] == "Between us"
    stock.hears(said)


def test_what_discord_refuses_reaches_it_with_discord_s_code(stock: Stock) -> None:
    closed = stock.join("closed")
    stock.control("PUT", f"/users/{closed}/dms", closed=True)
    hidden = stock.control(
        "POST",
        f"/guilds/{stock.guild}/channels",
        name="attic",
        overwrites=[{"id": stock.roles["Guildwright"], "type": 0, "deny": str(1 << 10)}],
    )
    refused = stock.do(
        "refusals",
        channel=stock.channels["gatehouse"],
        owner=stock.people["olive"],
        high=stock.roles["Moderator"],
        hidden=hidden["id"],
        closed=closed,
    )

    assert refused == {
        "ban the owner": [403, 50013],
        "rename the owner": [403, 50013],
        "give a higher role": [403, 50013],
        "an unknown channel": [404, 10003],
        "an unknown message": [404, 10008],
        "an unknown user": [404, 10013],
        "an unknown ban": [404, 10026],
        "a hidden channel": [403, 50001],
        "nothing at all": [400, 50006],
        "too much": [400, 50035],
        "a closed door": [403, 50007],
        "an old message": [400, 50034],
    }


def test_it_sees_who_is_in_voice_and_is_seen_there(stock: Stock) -> None:
    hall = stock.control("POST", f"/guilds/{stock.guild}/channels", name="hall", type=2)["id"]
    ana = stock.people["ana"]
    stock.control("PUT", "/voice", user_id=ana, channel_id=hall, self_mute=True)
    stock.do("voice", voice=hall)
    stock.wait_until(lambda: set(stock.held.voice_states()) == {ana, stock.bot})

    assert stock.held.voice_states()[ana]["self_mute"] is True
    assert stock.held.voice_states()[stock.bot]["self_deaf"] is True
    assert stock.differs() == []

    stock.do("voice", voice=None)
    stock.control("PUT", "/voice", user_id=ana, guild_id=stock.guild, channel_id=None)
    stock.wait_until(lambda: not stock.held.voice_states())
    assert stock.differs() == []


def test_it_finds_members_over_the_gateway(stock: Stock) -> None:
    ids = [stock.people["bo"], stock.people["cy"], "123"]
    found = stock.do("search", query="An", ids=ids)

    assert found == {"named": [stock.people["ana"]], "given": sorted(ids[:2])}
