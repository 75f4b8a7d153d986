"""The demo guild "The Oak Hall", as a first start finds it."""

import secrets
from datetime import timedelta

from guildwright.playground.bits import EVERYONE_DEFAULT, PRIVILEGED_INTENTS, ChannelType, Permission
from guildwright.playground.clock import Clock
from guildwright.playground.ids import Snowflakes
from guildwright.playground.records import Application, Channel, Guild, Member, Overwrite, Role, User
from guildwright.playground.store import Change, Store
from guildwright.playground.tokens import application_of, token_for

GUILD_NAME = "The Oak Hall"
BOT_NAME = "Guildwright"

# What a community bot is invited with: all of a moderator's tools, but not to administrate.
BOT_PERMISSIONS = (
    EVERYONE_DEFAULT
    | Permission.BAN_MEMBERS
    | Permission.CREATE_GUILD_EXPRESSIONS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.DEAFEN_MEMBERS
    | Permission.KICK_MEMBERS
    | Permission.MANAGE_CHANNELS
    | Permission.MANAGE_GUILD
    | Permission.MANAGE_GUILD_EXPRESSIONS
    | Permission.MANAGE_MESSAGES
    | Permission.MANAGE_NICKNAMES
    | Permission.MANAGE_ROLES
    | Permission.MANAGE_THREADS
    | Permission.MANAGE_WEBHOOKS
    | Permission.MODERATE_MEMBERS
    | Permission.MOVE_MEMBERS
    | Permission.MUTE_MEMBERS
    | Permission.PIN_MESSAGES
    | Permission.VIEW_AUDIT_LOG
)
MODERATOR_PERMISSIONS = (
    EVERYONE_DEFAULT
    | Permission.MANAGE_GUILD
    | Permission.MANAGE_MESSAGES
    | Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.MODERATE_MEMBERS
    | Permission.VIEW_AUDIT_LOG
    | Permission.MANAGE_THREADS
    | Permission.PIN_MESSAGES
)
ARTISAN_PERMISSIONS = EVERYONE_DEFAULT | Permission.MANAGE_EVENTS


def seed(store: Store, ids: Snowflakes, clock: Clock, token: str | None = None) -> None:
    """Fill an empty store; `token` is the bot's, else one is made.

    Raises:
        NoToken: the token has not Discord's form.
    """
    now = clock.now()

    def aged(**age: float) -> int:
        return ids.at(now - timedelta(**age))

    # Oldest first: ids only grow.
    olive = User(id=aged(days=900), username="olive", global_name="Olive")
    ana = User(id=aged(days=700), username="ana", global_name="Ana")
    bo = User(id=aged(days=500), username="bo", global_name="Bo")
    bot = User(id=application_of(token) if token else aged(days=400), username=BOT_NAME, bot=True)
    guild_id = aged(days=300)
    joined = now - timedelta(days=290)
    with store.change() as change:
        for user in (olive, ana, bo, bot):
            change.put(user)
        change.put(
            Application(
                id=bot.id,
                name=BOT_NAME,
                token=token or token_for(bot.id),
                owner_id=olive.id,
                privileged_intents=int(PRIVILEGED_INTENTS),
                starts_since=now.isoformat(),
                client_secret=secrets.token_urlsafe(24),
                description="Guildwright in its playground",
            ),
        )
        change.put(Guild(id=guild_id, name=GUILD_NAME, owner_id=olive.id, features=("COMMUNITY", "NEWS")))
        roles = _roles(change, ids, guild_id, bot.id)
        _channels(change, ids, guild_id, roles)
        cy = change.put(User(id=ids.next(), username="cy", global_name="Cy"))
        for user, held in ((olive, ()), (ana, ("Artisan",)), (bo, ("Moderator",)), (bot, (BOT_NAME,)), (cy, ())):
            moment = joined if user is not cy else now
            role_ids = tuple(roles[name].id for name in held)
            change.put(Member(guild_id=guild_id, user_id=user.id, joined_at=moment.isoformat(), roles=role_ids))


def _roles(change: Change, ids: Snowflakes, guild_id: int, bot_id: int) -> dict[str, Role]:
    everyone = Role(id=guild_id, guild_id=guild_id, name="@everyone", permissions=int(EVERYONE_DEFAULT), position=0)
    artisan = Role(
        id=ids.next(),
        guild_id=guild_id,
        name="Artisan",
        permissions=int(ARTISAN_PERMISSIONS),
        position=1,
        color=0x0C6A60,
        mentionable=True,
    )
    moderator = Role(
        id=ids.next(),
        guild_id=guild_id,
        name="Moderator",
        permissions=int(MODERATOR_PERMISSIONS),
        position=3,
        color=0x8A5A0A,
        hoist=True,
    )
    own = Role(
        id=ids.next(),
        guild_id=guild_id,
        name=BOT_NAME,
        permissions=int(BOT_PERMISSIONS),
        position=2,
        bot_id=bot_id,
    )
    return {role.name: change.put(role) for role in (everyone, artisan, own, moderator)}


def _channels(change: Change, ids: Snowflakes, guild_id: int, roles: dict[str, Role]) -> None:
    quiet = Overwrite(id=guild_id, type=0, deny=int(Permission.SEND_MESSAGES))
    hidden = Overwrite(id=guild_id, type=0, deny=int(Permission.VIEW_CHANNEL))
    writes = int(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    staff = Overwrite(id=roles["Moderator"].id, type=0, allow=writes)
    own = Overwrite(id=roles[BOT_NAME].id, type=0, allow=writes)
    plan = (
        ("announcements", "News from the hall", (quiet, staff, own)),
        ("gatehouse", "Come in, sit down, say hello", ()),
        ("giveaways", "Prizes from the workshops", ()),
        ("mod-log", "What the moderators did", (hidden, staff, own)),
    )
    for position, (name, topic, overwrites) in enumerate(plan):
        change.put(
            Channel(
                id=ids.next(),
                type=ChannelType.GUILD_TEXT,
                guild_id=guild_id,
                name=name,
                topic=topic,
                position=position,
                overwrites=overwrites,
            ),
        )
    hearth = ids.next()
    change.put(Channel(id=hearth, type=ChannelType.GUILD_VOICE, guild_id=guild_id, name="Hearth", position=len(plan)))
