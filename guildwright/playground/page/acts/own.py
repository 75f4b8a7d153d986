"""Acts on oneself: who one is, whether one is there, one's voice, the private channel with the bot."""

from datetime import timedelta

from guildwright.playground.control.errors import forbidden
from guildwright.playground.control.gateway_requests import EditPresence, EditVoice, Typing
from guildwright.playground.control.requests import EditMember, NewMember
from guildwright.playground.page.acts.act import Act, Filled, Outcome, Scene, choices, given
from guildwright.playground.page.forms import Field

_AGES = (("0", "Brand new"), ("30", "A month old"), ("365", "A year old"))
_STATUSES = (("online", "Online"), ("idle", "Idle"), ("dnd", "Do not disturb"), ("offline", "Invisible"))


def _account(_: Scene) -> list[Field]:
    ages = choices(_AGES)
    return [
        Field("act-name", "name", "Name", required=True, most=32),
        Field(
            "act-age", "age", "Account", kind="choice", required=True, value="0", choices=ages, help="When it was made"
        ),
    ]


def _new_account(scene: Scene, filled: Filled) -> Outcome:
    days = int(given(filled, "age") or 0)
    made = (scene.play.clock.now() - timedelta(days=days)).isoformat() if days else None
    body = NewMember(name=given(filled, "name"), created_at=made)
    return Outcome(member=scene.control.guilds.add_member(scene.guild_id, body).user.id)


def _rejoin(scene: Scene, _: Filled) -> Outcome:
    if int(scene.target) in scene.play.memory.bans.get(scene.at.guild.id, {}):
        raise forbidden("Who is banned cannot come back. Pardon them first.")
    scene.control.guilds.add_member(scene.guild_id, NewMember(user_id=scene.target))
    return Outcome(member=scene.target)


def _leave(scene: Scene, _: Filled) -> None:
    scene.control.guilds.remove_member(scene.guild_id, scene.user_id)


def _status(scene: Scene) -> list[Field]:
    known = scene.play.memory.presences.get(scene.at.user.id)
    said = next((str(entry.get("state") or "") for entry in known.activities), "") if known else ""
    status = known.status if known else "offline"
    return [
        Field("act-status", "status", "Status", kind="choice", required=True, value=status, choices=choices(_STATUSES)),
        Field("act-activity", "activity", "What you are doing", value=said, most=128),
    ]


def _set_status(scene: Scene, filled: Filled) -> None:
    body = EditPresence(
        user_id=scene.user_id, status=given(filled, "status"), activity=given(filled, "activity") or None
    )
    scene.control.presence.edit_presence(body)


def _nick(scene: Scene) -> list[Field]:
    member = scene.control.find.member(scene.at.guild, scene.target or scene.user_id)
    return [Field("act-nick", "nick", "Nickname", value=member.nick or "", most=32, help="Empty for none")]


def _set_nick(scene: Scene, filled: Filled) -> None:
    body = EditMember(nick=given(filled, "nick") or None)
    scene.control.guilds.edit_member(scene.guild_id, scene.target or scene.user_id, body)


def _join(scene: Scene, _: Filled) -> None:
    scene.control.presence.edit_voice(EditVoice(user_id=scene.user_id, channel_id=scene.target))


def _leave_voice(scene: Scene, _: Filled) -> None:
    scene.control.presence.edit_voice(EditVoice(user_id=scene.user_id, guild_id=scene.guild_id, channel_id=None))


def _mute(scene: Scene, _: Filled) -> None:
    state = scene.play.memory.voice_states.get(scene.at.guild.id, {}).get(scene.at.user.id)
    muted = not (state and state.self_mute)
    body = EditVoice(user_id=scene.user_id, guild_id=scene.guild_id, self_mute=muted)
    scene.control.presence.edit_voice(body)


def _deafen(scene: Scene, _: Filled) -> None:
    """Whoever hears nothing says nothing either."""
    state = scene.play.memory.voice_states.get(scene.at.guild.id, {}).get(scene.at.user.id)
    off = not (state and state.self_deaf)
    body = EditVoice(user_id=scene.user_id, guild_id=scene.guild_id, self_deaf=off, self_mute=off)
    scene.control.presence.edit_voice(body)


def _typing(scene: Scene, _: Filled) -> None:
    scene.control.presence.typing(Typing(user_id=scene.user_id, channel_id=str(scene.at.channel.id)))


def _open_private(scene: Scene, _: Filled) -> Outcome:
    return Outcome(channel=scene.control.people.open_private_channel(scene.user_id).id)


ACTS = {
    "act-as": Act("Act as", lambda scene, _: Outcome(member=scene.target)),
    "new-account": Act("New account", _new_account, fields=_account, button="Join the server"),
    "rejoin": Act("Rejoin", _rejoin),
    "leave-server": Act(
        "Leave the server?", _leave, text=lambda _: "You can rejoin with the same account.", button="Leave", danger=True
    ),
    "set-status": Act("Set status", _set_status, fields=_status),
    "set-nick": Act("Change nickname", _set_nick, fields=_nick),
    "join-voice": Act("Join", _join),
    "leave-voice": Act("Leave voice", _leave_voice),
    "mute": Act("Mute", _mute),
    "deafen": Act("Deafen", _deafen),
    "typing": Act("Typing", _typing),
    "open-private": Act("Message the bot", _open_private),
}
