"""Roles, moderation, the guild itself, and the audit log that keeps their reasons."""

from tests.clients.stock import Stock


def test_its_roles_are_made_edited_given_and_deleted(stock: Stock) -> None:
    done = stock.do("roles", user=stock.people["cy"])
    held = stock.held.guild()
    role = held["roles"][done["role"]]

    assert (role["name"], role["color"], role["hoist"], role["mentionable"]) == ("Master weaver", 0x654321, True, True)
    assert int(role["permissions"]) == 1 << 10 | 1 << 11
    assert held["members"][stock.people["cy"]]["role_ids"] == [done["role"]]
    assert done["gone"] not in held["roles"]
    assert stock.differs() == []
    kept = stock.audit_log()
    for entry in (
        [30, done["role"], "For the looms"],
        [31, done["role"], "Well done"],
        [25, stock.people["cy"], "Has earned it"],
        [32, done["gone"], "Not needed"],
    ):
        assert entry in kept


def test_its_timeouts_kicks_and_bans_are_done_and_listed_with_their_reasons(stock: Stock) -> None:
    people = {name: stock.join(name) for name in ("silenced", "pardoned", "kicked", "banned", "raider", "second")}
    people["renamed"] = stock.people["ana"]
    done = stock.do("moderate", people=people)
    held = stock.held.guild()["members"]
    gone = {people[name] for name in ("kicked", "banned", "raider", "second")}

    assert not gone & held.keys()
    assert held[people["renamed"]]["nick"] == "Annie"
    assert held[people["silenced"]]["timeout_until"]
    assert held[people["pardoned"]]["timeout_until"] is None
    assert done["bans"] == {people["banned"]: "Ünkind wörds", people["raider"]: "A raid"}
    bans = stock.held.ask(f"/guilds/{stock.guild}/bans")
    assert done["bans"] == {entry["user"]["id"]: entry["reason"] for entry in bans}
    kept = stock.audit_log()
    assert done["log"] == kept
    assert done["by"] == [stock.bot]
    for entry in (
        [24, people["renamed"], "Asked for it"],
        [24, people["silenced"], "Too loud"],
        [24, people["pardoned"], "A mistake"],
        [20, people["kicked"], "Bad manners"],
        [22, people["banned"], "Ünkind wörds"],
        [22, people["raider"], "A raid"],
        [23, people["second"], "Not one of them"],
    ):
        assert entry in kept
    assert stock.differs() == []


def test_its_changes_of_the_guild_itself_are_kept(stock: Stock) -> None:
    stock.do("settings")
    held = stock.held.guild()

    assert (held["name"], held["verification_level"]) == ("The Elm Hall", 2)
    assert stock.differs() == []
    assert [1, stock.guild, "A new sign"] in stock.audit_log()
