"""Who may do what, and what a refusal says is missing."""

from typing import Any

import pytest

from guildwright_bot.guard import POST, Actor, Bot, P, Requirement, Target, decide, rule_for
from guildwright_bot.refusal import Refusal
from guildwright_bot.wording import say
from tests.fakes.bot import CHANNEL, TEXTS, actor, config

ROLE, OTHER_ROLE = 111111111111111111, 222222222222222222
KICK = Requirement("kick", user=P.KICK_MEMBERS, bot=P.KICK_MEMBERS, target="member")
KICKER = actor(P.KICK_MEMBERS, top_role=10)
ABLE = Bot(1, P.KICK_MEMBERS, CHANNEL, top_role=20)


def rules(*items: dict[str, Any]) -> Any:
    return config(commands={"rules": list(items)})


def judged(requirement: Requirement, who: Actor, **more: Any) -> str | None:
    """The reason of the refusal, None when there is none."""
    more.setdefault("config", config())
    refusal = decide(requirement, actor=who, channel_id=CHANNEL, **more)
    return refusal.reason if refusal else None


def test_an_open_command_is_open_to_everybody() -> None:
    assert judged(Requirement("help"), actor()) is None


def test_a_permission_that_is_needed_is_needed() -> None:
    assert judged(KICK, actor()) == "guard-user-missing"
    assert judged(KICK, KICKER) is None


def test_administrators_and_the_owner_need_no_single_permission() -> None:
    assert judged(KICK, actor(P.ADMINISTRATOR)) is None
    assert judged(KICK, actor(is_owner=True)) is None


def test_staff_roles_stand_in_for_a_permission() -> None:
    staff = config(general={"staffRoles": [str(ROLE)]})
    assert judged(KICK, actor(role_ids=frozenset({ROLE})), config=staff) is None
    assert judged(KICK, actor(role_ids=frozenset({OTHER_ROLE})), config=staff) == "guard-user-missing-or-role"


def test_manager_roles_stand_in_for_a_permission_in_their_feature_only() -> None:
    requirement = Requirement("giveaway start", user=P.MANAGE_GUILD, managers=lambda _: frozenset({ROLE}))
    manager = actor(role_ids=frozenset({ROLE}))
    assert judged(requirement, manager) is None
    assert judged(KICK, manager) == "guard-user-missing"


def test_a_command_that_is_switched_off_is_off_for_the_owner_too() -> None:
    off = rules({"name": "kick", "enabled": False})
    assert judged(KICK, actor(is_owner=True), config=off) == "guard-disabled"


def test_a_command_works_only_in_its_channels() -> None:
    elsewhere, here = (
        rules({"name": "kick", "allowedChannels": [str(CHANNEL + 1)]}),
        rules({"name": "kick", "allowedChannels": [str(CHANNEL)]}),
    )
    assert judged(KICK, KICKER, config=elsewhere) == "guard-channel"
    assert judged(KICK, KICKER, config=here) is None


def test_allowed_roles_narrow_a_command_but_never_lock_an_administrator_out() -> None:
    narrowed = rules({"name": "help", "allowedRoles": [str(ROLE)]})
    requirement = Requirement("help")
    assert judged(requirement, actor(), config=narrowed) == "guard-role"
    assert judged(requirement, actor(role_ids=frozenset({ROLE})), config=narrowed) is None
    assert judged(requirement, actor(P.ADMINISTRATOR), config=narrowed) is None


def test_an_allowed_role_grants_no_permission() -> None:
    allowed = rules({"name": "kick", "allowedRoles": [str(ROLE)]})
    assert judged(KICK, actor(role_ids=frozenset({ROLE})), config=allowed) == "guard-user-missing"


def test_the_rule_with_the_longest_name_that_fits_wins() -> None:
    both = rules({"name": "giveaway", "enabled": False}, {"name": "giveaway start"})
    assert rule_for("giveaway start", both).enabled
    assert not rule_for("giveaway end", both).enabled
    assert rule_for("giveaways", both).enabled


def test_nobody_acts_on_themselves() -> None:
    assert judged(KICK, KICKER, bot=ABLE, target=Target(KICKER.id)) == "guard-self"


def test_nobody_acts_on_the_owner() -> None:
    target = Target(9, is_owner=True)
    assert judged(KICK, actor(P.ADMINISTRATOR, top_role=99), bot=ABLE, target=target) == "guard-owner"


@pytest.mark.parametrize("position", [10, 11])
def test_nobody_acts_on_an_equal_or_a_superior(position: int) -> None:
    assert judged(KICK, KICKER, bot=ABLE, target=Target(9, top_role=position)) == "guard-above-you"


def test_the_owner_acts_on_everybody_whom_the_bot_can_reach() -> None:
    owner = actor(is_owner=True)
    assert judged(KICK, owner, bot=ABLE, target=Target(9, top_role=19)) is None
    assert judged(KICK, owner, bot=ABLE, target=Target(9, top_role=20)) == "guard-above-me"


def test_nobody_turns_the_bot_on_itself() -> None:
    assert judged(KICK, actor(is_owner=True), bot=ABLE, target=Target(ABLE.id)) == "guard-bot-itself"


def test_the_bot_needs_its_own_permissions_where_it_acts() -> None:
    silent = Bot(1, P.VIEW_CHANNEL, CHANNEL)
    requirement = Requirement("giveaway start", bot=POST)
    refusal = decide(requirement, actor=actor(), config=config(), channel_id=CHANNEL, bot=silent)
    assert refusal is not None
    assert refusal.reason == "guard-bot-missing"
    said = say(TEXTS, "en", refusal)
    assert f"<#{CHANNEL}>" in said
    assert "Embed Links, Read Message History, Send Messages" in said
    assert "View Channel" not in said


def test_a_bot_that_is_administrator_misses_nothing() -> None:
    assert judged(Requirement("x", bot=POST), actor(), bot=Bot(1, P.ADMINISTRATOR, CHANNEL)) is None


def test_buttons_obey_no_command_rule() -> None:
    everything_off = rules({"name": "giveaway", "enabled": False})
    assert judged(Requirement(), actor(), config=everything_off) is None


def test_every_refusal_has_a_sentence() -> None:
    args: dict[str, str | float] = {
        "channels": "<#1>", "roles": "<@&1>", "permissions": "manage-guild", "member": "1", "channel": "1", "seconds": 2
    }  # fmt: skip
    reasons = (
        "guard-disabled guard-channel guard-role guard-user-missing guard-user-missing-or-role guard-self guard-owner "
        "guard-user-missing-there guard-above-you guard-bot-itself guard-above-me guard-bot-missing guard-slow-down"
    )
    for reason in reasons.split():
        assert say(TEXTS, "en", Refusal(reason, args)) != reason


def test_a_permission_has_the_name_that_discord_gives_it() -> None:
    said = say(TEXTS, "en", Refusal("guard-user-missing", {"permissions": "manage-guild"}))
    assert "Manage Server" in said
