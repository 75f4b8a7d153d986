"""Soundboards: Discord's own sounds and no guild's, since py-cord is never ready without an answer to these."""

from litestar import Response, get
from litestar.params import FromPath

from guildwright.playground.records import Json
from guildwright.playground.rest.call import BotCall, answer

_DEFAULT = {
    1: ("quack", "🦆"),
    2: ("airhorn", "🔊"),
    3: ("cricket", "🦗"),
    4: ("golf clap", "👏"),
    5: ("sad horn", "🎺"),
    7: ("ba dum tss", "🥁"),
}


@get("/soundboard-default-sounds")
async def list_default_sounds(call: BotCall) -> Response[object]:
    """GET the sounds that everybody has."""
    del call
    return answer([_sound(number, *parts) for number, parts in _DEFAULT.items()])


@get("/guilds/{guild_id:int}/soundboard-sounds")
async def list_guild_sounds(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET what the playground's guilds have none of."""
    call.guild(guild_id)
    return answer({"items": []})


def _sound(number: int, name: str, emoji: str) -> Json:
    return {
        "name": name,
        "sound_id": str(number),
        "volume": 1.0,
        "emoji_id": None,
        "emoji_name": emoji,
        "available": True,
    }


ROUTES = (list_default_sounds, list_guild_sounds)
