"""Incident actions: pausing invites or private messages for a while, as a raid asks for."""

from datetime import datetime, timedelta

import msgspec
from litestar import Response, put
from litestar.params import FromPath

from guildwright.playground import audit, effects_guild
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import Faults
from guildwright.playground.rest.call import BotCall, Call, answer

_ACTIONS = ("invites_disabled_until", "dms_disabled_until")
_LONGEST = timedelta(hours=24)


def _until(call: Call, fields: Fields, name: str) -> str | None:
    text = fields.text(name, 64)
    if text is None:
        return None
    try:
        until = datetime.fromisoformat(text)
        too_long = until - call.play.clock.now() > _LONGEST
    except (ValueError, TypeError):
        fields.fault(name, "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        return None
    if too_long:
        fields.fault(name, "GUILD_INCIDENT_ACTION_TOO_LONG", "This can be at most 24 hours in the future.")
    return until.isoformat()


@put("/guilds/{guild_id:int}/incident-actions", status_code=200)
async def edit_incident_actions(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """PUT: null ends a pause; what is not named stays."""
    guild = call.allowed(guild_id, Permission.MANAGE_GUILD)
    fields = Fields(await call.body(), Faults())
    before = guild.settings.get("incidents_data") or dict.fromkeys(_ACTIONS)
    after = before | {name: _until(call, fields, name) for name in _ACTIONS if name in fields.body}
    fields.faults.check()
    if after != before:
        with call.play.store.change() as change:
            change.count("guilds_edited", guild_id)
            edited = msgspec.structs.replace(guild, settings=guild.settings | {"incidents_data": after})
            effects_guild.guild_edited(call.play, change, edited)
            changes = audit.differences({"incidents_data": before}, {"incidents_data": after})
            call.note(change, guild_id, AuditAction.GUILD_UPDATE, guild_id, changes=changes)
    return answer(after)


ROUTES = (edit_incident_actions,)
