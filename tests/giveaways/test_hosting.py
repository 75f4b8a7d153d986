"""`/giveaway start` and `/giveaway edit` as the desk calls them, with the preview and its buttons."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import hikari
import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.ask import Ask, Reply
from guildwright_bot.desk import Request, attend
from guildwright_bot.features.giveaways import drafts, hosting, service, store
from guildwright_bot.features.giveaways.domain import Giveaway, State
from guildwright_bot.guard import Actor, P, Requirement
from guildwright_crds.compile import CompiledConfig
from tests.fakes.bot import CHANNEL, GUILD, FakeAnswer, FakeStanding, actor, ask, config
from tests.giveaways.conftest import Hall

pytestmark = pytest.mark.integration

STANDING = FakeStanding(existing_roles=frozenset({1, 2, 3}))
LEFT_OUT = dict.fromkeys(
    ("winners", "required_roles", "blacklist", "bonus", "every_role", "level", "account_age", "member_for",
     "claim_timeout", "image", "colour", "starts_in", "preview", "channel")
)  # fmt: skip
UNCHANGED = {**{name: None for name in LEFT_OUT if name not in {"preview", "channel"}}, "prize": None, "ends_in": None}


class FakeLevels:
    """Everybody has level 3."""

    def on(self, guild_id: int) -> bool:
        del guild_id
        return True

    async def of(self, guild_id: int, member_id: int) -> int | None:
        del guild_id, member_id
        return 3


def asked(hall: Hall, answer: FakeAnswer, who: Actor | None = None, **more: Any) -> Ask:
    """A request in the giveaways' channel."""
    return ask(answer, who or actor(P.MANAGE_GUILD), **{"deps": hall.deps, "standing": STANDING, **more})


async def start(hall: Hall, *, at: dict[str, Any] | None = None, **options: Any) -> Reply:
    """What `/giveaway start` answers."""
    answer = FakeAnswer()
    given = {**LEFT_OUT, "prize": "Oak chair", "duration": "10m", **options}
    await attend(asked(hall, answer, **at or {}), Request("x", Requirement(), hosting.start), given)
    [reply] = answer.replies
    return reply


async def click(hall: Hall, button: str, draft: int, who: Actor | None = None, **at: Any) -> Reply:
    """What a button of the preview answers."""
    answer = FakeAnswer()
    handler = {"post": hosting.post, "discard": hosting.discard}[button]
    await attend(asked(hall, answer, who, **at), Request("x", Requirement(), handler), {"args": [draft]})
    [reply] = answer.replies
    return reply


async def edit(hall: Hall, **options: Any) -> str:
    """What `/giveaway edit` answers."""
    answer = FakeAnswer()
    given = {**UNCHANGED, "giveaway": "1", **options}
    await attend(asked(hall, answer), Request("x", Requirement(), hosting.edit), given)
    return answer.text


def custom_ids(reply: Reply) -> list[str]:
    """Those of its buttons."""
    rows: Any = reply.components
    return [button.custom_id for row in rows for button in row.components]


async def kept() -> list[Giveaway]:
    """The guild's giveaways."""
    return await store.recent(GUILD, list(State))


async def test_a_start_with_everything_is_kept_and_shown(hall: Hall) -> None:
    reply = await start(
        hall,
        winners=2,
        required_roles="<@&1> <@&2>",
        every_role=True,
        blacklist="<@&3> <@9>",
        bonus="<@&1> 4",
        account_age="30d",
        member_for="7d",
        claim_timeout="10m",
        image="https://example.org/a.png",
        colour="#123456",
    )
    assert "starts in" in reply.content
    await hall.pass_time()
    text = hall.panel.text
    for line in (
        "2 winners",
        "Needs all of the roles <@&1>, <@&2>",
        "Needs a Discord account that is at least 30 days old",
        "Needs 7 days in this server",
        "Not for <@&3>",
        "Extra entries: <@&1> +4",
        "Winners have 10 minutes to claim",
    ):
        assert line in text
    [embed] = hall.panel.embeds
    assert embed.color == hikari.Color(0x123456)
    assert embed.image is not None
    assert embed.image.url == "https://example.org/a.png"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"required_roles": "<@&99>"}, "not in this server: `99`"),
        ({"bonus": "<@&99> 1"}, "not in this server"),
        ({"blacklist": f"<@&{GUILD}>"}, "@everyone"),
        ({"level": 5}, "Levels are not on"),
        ({"image": "http://example.org/a.png"}, "https://"),
        ({"starts_in": "61d"}, "60 days ahead"),
        ({"starts_in": "soon"}, "I cannot read"),
        ({"duration": "61d"}, "to 60 days"),
    ],
)
@pytest.mark.parametrize("preview", [True, False])
async def test_what_cannot_be_is_refused_at_once_also_before_a_preview(
    hall: Hall, options: dict[str, Any], said: str, preview: bool
) -> None:
    assert said in (await start(hall, preview=preview, **options)).content
    assert await kept() == []


async def test_a_level_can_be_asked_for_where_levels_are_on(hall: Hall) -> None:
    levelled = replace(hall.deps, levels=FakeLevels())
    assert "starts in" in (await start(hall, level=5, at={"deps": levelled})).content


async def test_a_preview_is_the_very_message_and_starts_nothing(hall: Hall) -> None:
    shown = await start(hall, preview=True, winners=2, colour="#123456")
    await hall.pass_time(1)
    assert await kept() == []
    assert hall.discord.shown == []
    await click(hall, "post", await _drafts())
    await hall.pass_time()
    [preview], [posted] = shown.embeds, hall.panel.embeds
    assert (preview.title, preview.color, preview.footer) == (posted.title, posted.color, posted.footer)
    # What is committed to is known once it is posted.
    *same, committed = _without_times(posted.description)
    assert _without_times(preview.description) == same
    assert committed.startswith("Draw committed to")


async def _drafts() -> int:
    [row] = await fetch("SELECT max(id) AS id FROM giveaway_draft")
    return int(row["id"])


def _without_times(text: str | None) -> list[str]:
    return [line for line in (text or "").splitlines() if "<t:" not in line]


async def test_post_starts_what_was_shown_once_however_often_it_is_clicked(hall: Hall) -> None:
    shown = await start(hall, preview=True)
    draft = await _drafts()
    assert [name for name in custom_ids(shown) if name.endswith(f":{draft}")] == [
        f"gw:giveaways:post:{draft}",
        f"gw:giveaways:discard:{draft}",
    ]
    first, second = await click(hall, "post", draft), await click(hall, "post", draft)
    assert first.content == second.content
    assert first.replaces
    assert [giveaway.number for giveaway in await kept()] == [1]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ({"standing": replace(STANDING, permissions=P.VIEW_CHANNEL)}, "I am missing"),
        ({"standing": replace(STANDING, of_members={CHANNEL + 1: P.VIEW_CHANNEL})}, "You need"),
        ({"standing": replace(STANDING, existing_roles=frozenset())}, "not in this server: `1`"),
        ({"config": config(commands={"rules": [{"name": "giveaway start", "enabled": False}]})}, "switched off"),
    ],
)
async def test_what_forbids_a_start_meanwhile_forbids_post_too(hall: Hall, at: dict[str, Any], said: str) -> None:
    await start(hall, preview=True, required_roles="<@&1>", channel=CHANNEL + 1)
    assert said in (await click(hall, "post", await _drafts(), **at)).content
    assert await kept() == []


@pytest.mark.parametrize("usual", [config(giveaways={"defaultChannel": str(CHANNEL + 1)}), config()])
async def test_in_a_channel_that_was_not_named_post_asks_no_right_of_the_host(
    hall: Hall, usual: CompiledConfig
) -> None:
    hidden = replace(STANDING, of_members={CHANNEL: P.NONE, CHANNEL + 1: P.NONE})
    await start(hall, preview=True, at={"config": usual})
    assert "starts in" in (await click(hall, "post", await _drafts(), config=usual, standing=hidden)).content


async def test_post_does_not_say_that_a_deleted_giveaway_starts(hall: Hall) -> None:
    await start(hall, preview=True)
    draft = await _drafts()
    await click(hall, "post", draft)
    [giveaway] = await kept()
    async with transaction():
        await service.delete(GUILD, giveaway.id, now=hall.clock.now())
    assert "does not exist any more" in (await click(hall, "post", draft)).content


async def test_discard_forgets_it(hall: Hall) -> None:
    await start(hall, preview=True)
    draft = await _drafts()
    assert "discarded" in (await click(hall, "discard", draft)).content
    assert "too old" in (await click(hall, "post", draft)).content
    assert await kept() == []


async def test_a_preview_is_good_for_an_hour(hall: Hall) -> None:
    await start(hall, preview=True)
    draft = await _drafts()
    hall.clock.set(hall.clock.now() + drafts.KEPT)
    assert "too old" in (await click(hall, "post", draft)).content
    assert await drafts.forget_old(hall.clock.now()) == 1


async def test_nobody_else_posts_or_discards_a_preview(hall: Hall) -> None:
    await start(hall, preview=True)
    draft = await _drafts()
    other = Actor(5, P.MANAGE_GUILD)
    for button in ("post", "discard"):
        assert "Only the one who made" in (await click(hall, button, draft, other)).content
    assert await kept() == []


async def test_a_guild_can_have_every_giveaway_previewed_unless_the_host_says_otherwise(hall: Hall) -> None:
    previewing = {"config": config(giveaways={"preview": True})}
    await start(hall, at=previewing)
    assert await kept() == []
    await start(hall, at=previewing, preview=False)
    assert len(await kept()) == 1


async def test_a_scheduled_giveaway_is_told_with_its_start(hall: Hall) -> None:
    said = (await start(hall, starts_in="2h")).content
    begins = int((hall.clock.now() + timedelta(hours=2)).timestamp())
    assert f"<t:{begins}:R>" in said
    [giveaway] = await kept()
    assert (giveaway.state, int(giveaway.started_at.timestamp())) == (State.SCHEDULED, begins)


async def test_a_scheduled_giveaway_is_previewed_too_and_its_wait_begins_with_post(hall: Hall) -> None:
    await start(hall, starts_in="2h", preview=True)
    hall.clock.set(hall.clock.now() + timedelta(minutes=30))
    await click(hall, "post", await _drafts())
    [giveaway] = await kept()
    assert giveaway.started_at == hall.clock.now() + timedelta(hours=2)


async def test_an_edit_changes_only_what_was_typed(hall: Hall) -> None:
    giveaway = await hall.started(required_roles=frozenset({1}), winners=2)
    assert "is changed" in await edit(hall, prize="Oak table", bonus="<@&2> 3")
    now = await hall.now(giveaway)
    assert (now.terms.prize, now.terms.winners, now.terms.required_roles) == ("Oak table", 2, frozenset({1}))
    assert now.terms.bonus == {2: 3}
    assert "is changed" in await edit(hall, required_roles="none")
    assert (await hall.now(giveaway)).terms.required_roles == frozenset()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "changes nothing"),
        ({"giveaway": "9"}, "I know no giveaway"),
        ({"starts_in": "1h"}, "has started already"),
        ({"ends_in": "5s"}, "10 more seconds"),
        ({"ends_in": "soon"}, "I cannot read"),
        ({"required_roles": "<@&99>"}, "not in this server"),
        ({"level": 3}, "Levels are not on"),
        ({"colour": "green"}, "six digits"),
    ],
)
async def test_an_edit_that_cannot_be_is_refused_and_changes_nothing(
    hall: Hall, options: dict[str, Any], said: str
) -> None:
    giveaway = await hall.started()
    before = await hall.now(giveaway)
    assert said in await edit(hall, **options)
    assert await hall.now(giveaway) == before


async def test_the_list_shows_what_is_scheduled(hall: Hall) -> None:
    await start(hall, starts_in="2h")
    text = hall.bench_writer.listing(await kept()).description
    assert text is not None
    assert "starts <t:" in text
    assert f"<#{CHANNEL}>" in text
