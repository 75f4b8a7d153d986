"""Acts of those who moderate."""

from guildwright.playground.bits import Permission
from guildwright.playground.control.guild_requests import Moderate, PutOut, TimeOut
from guildwright.playground.page.acts.act import Act, Filled, Outcome, Scene, choices, given
from guildwright.playground.page.forms import Field

_LENGTHS = (
    ("60", "A minute"),
    ("600", "Ten minutes"),
    ("3600", "An hour"),
    ("86400", "A day"),
    ("604800", "A week"),
    ("2419200", "28 days"),
)
_HISTORY = (("0", "Nothing"), ("3600", "The last hour"), ("86400", "The last day"), ("604800", "The last week"))


def _name(scene: Scene) -> str:
    return scene.view.names.user(scene.target) or "Somebody"


def _reason() -> Field:
    return Field("act-reason", "reason", "Reason", help="For the audit log", most=512)


def _timeout(_: Scene) -> list[Field]:
    lengths = choices(_LENGTHS)
    return [
        Field("act-seconds", "seconds", "For", kind="choice", required=True, value="600", choices=lengths),
        _reason(),
    ]


def _time_out(scene: Scene, filled: Filled) -> None:
    seconds = int(given(filled, "seconds") or 0)
    reason = given(filled, "reason") or None
    body = TimeOut(user_id=scene.user_id, target_id=scene.target, seconds=seconds, reason=reason)
    scene.control.moderation.time_out(scene.guild_id, body)


def _time_in(scene: Scene, _: Filled) -> None:
    body = TimeOut(user_id=scene.user_id, target_id=scene.target, seconds=0)
    scene.control.moderation.time_out(scene.guild_id, body)


def _kick(scene: Scene, filled: Filled) -> None:
    body = Moderate(user_id=scene.user_id, target_id=scene.target, reason=given(filled, "reason") or None)
    scene.control.moderation.kick(scene.guild_id, body)


def _ban_fields(_: Scene) -> list[Field]:
    history = choices(_HISTORY)
    return [
        Field("act-history", "history", "Delete messages", kind="choice", required=True, value="0", choices=history),
        _reason(),
    ]


def _ban(scene: Scene, filled: Filled) -> None:
    body = PutOut(
        user_id=scene.user_id,
        target_id=scene.target,
        reason=given(filled, "reason") or None,
        delete_message_seconds=int(given(filled, "history") or 0),
    )
    scene.control.moderation.ban(scene.guild_id, body)


def _pardon(scene: Scene, _: Filled) -> Outcome:
    scene.control.moderation.pardon(scene.guild_id, scene.target, scene.user_id)
    return Outcome(said=f"{_name(scene)} may come back.")


def _roles(scene: Scene) -> list[Field]:
    """One box for each role that the one who acts may give or take."""
    member = scene.control.find.member(scene.at.guild, scene.target)
    return [
        Field(
            f"act-role-{role.id}",
            f"role.{role.id}",
            role.name,
            kind="box",
            value="on" if role.id in member.roles else "",
        )
        for role in reversed(scene.play.memory.guild_roles(scene.at.guild.id))
        if role.id != scene.at.guild.id
        and not role.bot_id
        and scene.play.permissions.outranks_role(scene.at.guild.id, scene.at.user.id, role)
    ]


def _set_roles(scene: Scene, filled: Filled) -> None:
    scene.control.rank.acting(scene.at.guild, scene.user_id, Permission.MANAGE_ROLES)
    for field in _roles(scene):
        role_id = field.name.removeprefix("role.")
        if bool(filled.get(field.name)) != bool(field.value):
            change = scene.control.guilds.give_role if filled.get(field.name) else scene.control.guilds.take_role
            change(scene.guild_id, scene.target, role_id)


ACTS = {
    "time-out": Act("Time out", _time_out, text=_name, fields=_timeout, button="Time out", danger=True),
    "time-in": Act("End the timeout", _time_in),
    "kick": Act("Kick from the server?", _kick, text=_name, fields=lambda _: [_reason()], button="Kick", danger=True),
    "ban": Act("Ban from the server?", _ban, text=_name, fields=_ban_fields, button="Ban", danger=True),
    "pardon": Act("Pardon", _pardon),
    "set-roles": Act("Roles", _set_roles, text=_name, fields=_roles),
}
