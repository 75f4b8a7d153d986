"""Server settings light: the server's name, channels and roles, made, changed and deleted."""

from guildwright.playground.bits import Permission
from guildwright.playground.control.guild_requests import EditChannel, EditGuild, EditRole
from guildwright.playground.control.requests import NewChannel, NewRole
from guildwright.playground.page.acts.act import Act, Filled, Outcome, Scene, choices, given
from guildwright.playground.page.forms import Field

_KINDS = (("0", "Text"), ("2", "Voice"), ("5", "Announcements"), ("15", "Forum"), ("4", "Category"))
_MANY = (
    Permission.ADMINISTRATOR,
    Permission.MANAGE_GUILD,
    Permission.MANAGE_CHANNELS,
    Permission.MANAGE_ROLES,
    Permission.MANAGE_MESSAGES,
    Permission.MANAGE_THREADS,
    Permission.KICK_MEMBERS,
    Permission.BAN_MEMBERS,
    Permission.MODERATE_MEMBERS,
    Permission.MENTION_EVERYONE,
    Permission.VIEW_AUDIT_LOG,
    Permission.MANAGE_EVENTS,
)


def _words(permission: Permission) -> str:
    return str(permission.name).replace("_", " ").capitalize()


def _guild(scene: Scene) -> list[Field]:
    return [Field("act-name", "name", "Name", required=True, most=100, value=scene.at.guild.name)]


def _edit_guild(scene: Scene, filled: Filled) -> None:
    scene.control.house.edit_guild(scene.guild_id, EditGuild(user_id=scene.user_id, name=given(filled, "name")))


def _channel_fields(_: Scene) -> list[Field]:
    kinds = choices(_KINDS)
    return [
        Field("act-name", "name", "Name", required=True, most=100),
        Field("act-type", "type", "Kind", kind="choice", required=True, value="0", choices=kinds),
        Field("act-topic", "topic", "Topic", most=1024),
        Field("act-private", "private", "Private: hidden from everyone without a role for it", kind="box"),
    ]


def _add_channel(scene: Scene, filled: Filled) -> None:
    scene.control.rank.acting(scene.at.guild, scene.user_id, Permission.MANAGE_CHANNELS)
    kind, name = int(given(filled, "type") or 0), given(filled, "name")
    body = NewChannel(
        # Discord's client writes text channels' names this way.
        name=name.casefold().replace(" ", "-") if kind in {0, 5, 15} else name,
        type=kind,
        topic=given(filled, "topic") or None,
        private=bool(filled.get("private")),
    )
    scene.control.guilds.create_channel(scene.guild_id, body)


def _channel(scene: Scene) -> list[Field]:
    channel = scene.control.find.channel(scene.target)
    return [
        Field("act-name", "name", "Name", required=True, most=100, value=channel.name),
        Field("act-topic", "topic", "Topic", most=1024, value=channel.topic or ""),
        Field("act-slowmode", "slowmode", "Slow mode", kind="number", value=str(channel.slowmode), help="In seconds"),
    ]


def _edit_channel(scene: Scene, filled: Filled) -> None:
    body = EditChannel(
        user_id=scene.user_id,
        name=given(filled, "name"),
        topic=given(filled, "topic") or None,
        slowmode=int(given(filled, "slowmode") or 0) if given(filled, "slowmode").isdecimal() else -1,
    )
    scene.control.house.edit_channel(scene.target, body)


def _delete_channel(scene: Scene, _: Filled) -> None:
    scene.control.house.delete_channel(scene.target, scene.user_id)


def _role_fields(scene: Scene) -> list[Field]:
    role = scene.control.find.role(scene.at.guild, scene.target) if scene.target != scene.guild_id else None
    held = Permission(role.permissions if role else 0)
    everyone = role is not None and role.id == scene.at.guild.id
    fields = [] if everyone else [Field("act-name", "name", "Name", required=True, most=100, value=_of(role, "name"))]
    colour = f"#{role.color:06x}" if role and role.color else "#8a5a0a"
    fields.append(Field("act-colour", "colour", "Colour", kind="colour", value=colour))
    fields.append(_box("mentionable", "Anyone may mention it", on=bool(role and role.mentionable)))
    fields += [_box(f"bit.{int(bit)}", _words(bit), on=bool(held & bit)) for bit in _MANY]
    return fields


def _of(thing: object, name: str) -> str:
    return str(getattr(thing, name, ""))


def _box(name: str, label: str, *, on: bool) -> Field:
    return Field(f"act-{name.replace('.', '-')}", name, label, kind="box", value="on" if on else "")


def _bits(filled: Filled, before: int) -> int:
    """The listed bits as they were chosen; others stay."""
    chosen = sum(int(bit) for bit in _MANY if filled.get(f"bit.{int(bit)}"))
    return (before & ~sum(int(bit) for bit in _MANY)) | chosen


def _colour(filled: Filled) -> int:
    text = given(filled, "colour").removeprefix("#")
    return int(text, 16) if len(text) == len("rrggbb") and all(sign in "0123456789abcdef" for sign in text) else 0


def _add_role(scene: Scene, filled: Filled) -> Outcome:
    scene.control.rank.acting(scene.at.guild, scene.user_id, Permission.MANAGE_ROLES)
    body = NewRole(
        name=given(filled, "name"),
        color=_colour(filled),
        permissions=str(_bits(filled, 0)),
        mentionable=bool(filled.get("mentionable")),
        position=1,
    )
    scene.control.guilds.create_role(scene.guild_id, body)
    return Outcome(then="roles")


def _edit_role(scene: Scene, filled: Filled) -> Outcome:
    role = scene.control.find.role(scene.at.guild, scene.target)
    body = EditRole(
        user_id=scene.user_id,
        name=given(filled, "name") or None,
        color=_colour(filled),
        permissions=str(_bits(filled, role.permissions)),
        mentionable=bool(filled.get("mentionable")),
    )
    scene.control.house.edit_role(scene.guild_id, scene.target, body)
    return Outcome(then="roles")


def _delete_role(scene: Scene, _: Filled) -> Outcome:
    scene.control.house.delete_role(scene.guild_id, scene.target, scene.user_id)
    return Outcome(then="roles")


def _role_name(scene: Scene) -> str:
    return scene.control.find.role(scene.at.guild, scene.target).name


def _channel_name(scene: Scene) -> str:
    return f"{scene.control.find.channel(scene.target).name}, with all that was written in it."


def _nothing(_: Scene, __: Filled) -> None:
    return


ACTS = {
    "edit-server": Act("Server settings", _edit_guild, fields=_guild),
    "add-channel": Act("Add a channel", _add_channel, fields=_channel_fields, button="Add"),
    "edit-channel": Act("Channel settings", _edit_channel, fields=_channel),
    "delete-channel": Act("Delete the channel?", _delete_channel, text=_channel_name, button="Delete", danger=True),
    "roles": Act("Roles", _nothing, fields=lambda _: [], button="Done", template="roles.html"),
    "add-role": Act("Add a role", _add_role, fields=_role_fields, button="Add"),
    "edit-role": Act("Role", _edit_role, fields=_role_fields),
    "delete-role": Act("Delete the role?", _delete_role, text=_role_name, button="Delete", danger=True),
}
