"""GET routes of the control API."""

from collections.abc import AsyncIterator
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from guildwright.playground.control import models, oracle
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS

_AsUser = Annotated[str | None, QueryParameter(description="Show what this user sees, with the private replies.")]
_After = Annotated[str | None, QueryParameter(description="Only messages newer than this id.")]


@get("/state", summary="Bot, guilds, channels, roles and members", tags=["read"], responses=REFUSALS)
async def get_state(control: Access) -> models.StateView:
    """Everything but the messages."""
    return control.views.state()


@get("/guilds/{guild_id:str}", summary="One guild", tags=["read"], responses=REFUSALS)
async def get_guild(control: Access, guild_id: FromPath[str]) -> models.GuildView:
    """A guild with its channels, roles and members."""
    return control.views.guild(guild_id)


@get(
    "/channels/{channel_id:str}/messages",
    summary="A channel's messages, oldest first",
    tags=["read"],
    responses=REFUSALS,
)
async def get_messages(
    control: Access,
    channel_id: FromPath[str],
    as_user: _AsUser = None,
    limit: Annotated[int, QueryParameter(description="1 to 200.")] = 50,
    after: _After = None,
) -> models.MessagesView:
    """The newest messages; with `after` the first ones after it. Without `as_user`, private replies are left out."""
    return control.views.messages(channel_id, as_user, limit, after)


@get("/commands", summary="The commands that a member finds in a channel", tags=["read"], responses=REFUSALS)
async def get_commands(control: Access, user_id: FromQuery[str], channel_id: FromQuery[str]) -> models.CommandsView:
    """With their options; `allowed` says whether Discord would let the member run it, `reason` why not."""
    return control.people.commands(user_id, channel_id)


@get("/interactions/{interaction_id:str}", summary="How far an interaction is", tags=["read"], responses=REFUSALS)
async def get_interaction(control: Access, interaction_id: FromPath[str]) -> models.InteractionResult:
    """Look here again after `deferred`."""
    return control.views.interaction(interaction_id)


@get("/users/{user_id:str}/private", summary="The private replies that a user sees", tags=["read"], responses=REFUSALS)
async def get_private(
    control: Access, user_id: FromPath[str], channel_id: FromQuery[str | None] = None
) -> models.MessagesView:
    """Those with flag 64, until dismissed."""
    return control.views.private(user_id, channel_id)


@get("/effects", summary="What the bot really did, counted", tags=["oracle"], responses=REFUSALS)
async def get_effects(control: Access, guild_id: FromQuery[str | None] = None) -> oracle.EffectsView:
    """Counted in the same transaction as the effect itself, and kept over a restart: the oracle for "exactly once".

    Kinds: `messages_created`, `messages_edited`, `messages_deleted`, the same with `private_` for private replies,
    `interactions_answered`, `follow_ups_sent`, `roles_added`, `roles_removed`, `members_edited`, `members_kicked`,
    `roles_created`, `roles_edited`, `roles_deleted`, `channels_created`, `channels_edited`, `channels_deleted`,
    `guilds_edited`, `members_banned`, `bans_removed`, `members_pruned`, `members_moved`, `members_disconnected`,
    `invites_created`, `invites_deleted`, `emojis_created`, `emojis_edited`, `emojis_deleted`, `webhooks_created`,
    `webhooks_edited`, `webhooks_deleted`, `webhook_messages_created`, `webhook_messages_edited`,
    `webhook_messages_deleted` (by whoever knows the token),
    `reactions_added`, `reactions_removed`, `private_channels_opened`, `guilds_left`, `command_writes` (requests that
    wrote commands), `commands_registered` (commands that were new or changed), `unknown_routes` (requests that the
    playground does not know). A kind that never happened is absent.
    """
    return control.views.effects(guild_id)


@get("/unknown", summary="Routes that are asked for and not served", tags=["oracle"], responses=REFUSALS)
async def get_unknown(control: Access) -> oracle.UnknownView:
    """Counted since the effects were last set to nothing."""
    return control.views.unknown()


@get("/traffic", summary="What crossed the wire between bot and playground", tags=["oracle"], responses=REFUSALS)
async def get_traffic(
    control: Access,
    after: Annotated[int, QueryParameter(description="Only entries with a higher number.")] = 0,
) -> oracle.TrafficView:
    """The newest 2,000 REST exchanges and gateway payloads. The log in full: `GUILDWRIGHT_PLAYGROUND_RECORD=DIR`."""
    return control.views.traffic(after)


@get("/traffic.har", summary="The same as a HAR document", tags=["oracle"], responses=REFUSALS)
async def get_har(
    control: Access,
    since: Annotated[str | None, QueryParameter(description="Only from this moment on (ISO 8601).")] = None,
    until: Annotated[str | None, QueryParameter(description="Only up to this moment (ISO 8601).")] = None,
    guild_id: Annotated[str | None, QueryParameter(description="Only what belongs to this guild.")] = None,
) -> Response[oracle.HarView]:
    """HAR 1.2, which a browser's developer tools import; secrets in headers are masked."""
    headers = {"Content-Disposition": 'attachment; filename="playground.har"'}
    return Response(control.har.document(since, until, guild_id), headers=headers)


@get("/gateway", summary="Gateway sessions", tags=["oracle"], responses=REFUSALS)
async def get_gateway(control: Access) -> oracle.GatewayView:
    """Who is connected, with which shard and intents."""
    return control.views.gateway()


@get("/processes", summary="The pids that `guildwright up` runs", tags=["oracle"], responses=REFUSALS)
async def get_processes(control: Access) -> oracle.ProcessesView:
    """Process name to present pid."""
    return control.views.processes()


@get("/events", summary="Everything that changes, as server-sent events", tags=["read"], responses=REFUSALS)
async def get_events(control: Access) -> ServerSentEvent:
    """One event per change, its data JSON.

    Events: `message_create`, `message_update`, `message_delete`, `private_message`, `member`, `role`, `channel`,
    `guild`, `interaction`, `typing`, `voice`, `presence`, `bot`. Message events carry `message_id`, `channel_id`,
    `guild_id` and, but for deletions, `message`; private ones also `user_id`.
    """
    notices = control.play.feed.listen()

    async def events() -> AsyncIterator[ServerSentEventMessage]:
        async for notice in notices:
            yield ServerSentEventMessage(event=notice.event, data=models.encode(notice.data))

    return ServerSentEvent(events())


ROUTES = (
    get_state,
    get_guild,
    get_messages,
    get_commands,
    get_interaction,
    get_private,
    get_effects,
    get_unknown,
    get_traffic,
    get_har,
    get_gateway,
    get_processes,
    get_events,
)
