"""Bodies that make or change a thread."""

import msgspec

from guildwright.playground.bits import THREAD_TYPES, ChannelType
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.records import Channel, Thread

ARCHIVE_MINUTES = {60, 1440, 4320, 10080}
LONGEST_SLOWMODE = 21600
MOST_TAGS = 5
PINNED = 1 << 1


class NewThread(msgspec.Struct, frozen=True, kw_only=True):
    """A checked body that makes a thread."""

    name: str
    archive_minutes: int | None
    slowmode: int | None
    type: int
    invitable: bool
    tags: tuple[int, ...]


def read_new(fields: Fields) -> NewThread:
    """From the body of any of the ways to make one; without a type it is private, as in Discord's first version."""
    return NewThread(
        name=fields.text("name", 100, shortest=1, needed=True) or "",
        archive_minutes=fields.choice("auto_archive_duration", ARCHIVE_MINUTES),
        slowmode=fields.number("rate_limit_per_user", 0, LONGEST_SLOWMODE),
        type=fields.choice("type", {int(kind) for kind in THREAD_TYPES}) or int(ChannelType.PRIVATE_THREAD),
        invitable=fields.flag("invitable", default=True),
        tags=tags(fields),
    )


def tags(fields: Fields) -> tuple[int, ...]:
    """`applied_tags`."""
    return fields.snowflakes("applied_tags", MOST_TAGS)


def edited(thread: Channel, fields: Fields, now: str) -> Channel:
    """The thread with what the body changes."""
    state = thread.state
    archived = fields.flag("archived", default=state.archived)
    minutes = fields.choice("auto_archive_duration", ARCHIVE_MINUTES)
    changed: Thread = msgspec.structs.replace(
        state,
        archived=archived,
        archived_at=state.archived_at if archived == state.archived else now,
        locked=fields.flag("locked", default=state.locked),
        invitable=fields.flag("invitable", default=state.invitable),
        archive_minutes=minutes or state.archive_minutes,
    )
    slowmode = fields.number("rate_limit_per_user", 0, LONGEST_SLOWMODE)
    flags = fields.number("flags", 0, (1 << 53) - 1)
    return msgspec.structs.replace(
        thread,
        name=fields.text("name", 100, shortest=1) or thread.name,
        slowmode=thread.slowmode if slowmode is None else slowmode,
        flags=thread.flags if flags is None else flags & PINNED,
        tags=tags(fields) if fields.body.get("applied_tags") is not None else thread.tags,
        thread=changed,
    )
