"""Routes of the control API with which a person acts."""

from litestar import delete, post
from litestar.params import FromPath, JSONBody

from guildwright.playground.control import models, requests
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS


@post("/channels/{channel_id:str}/messages", summary="Write a message as a member", tags=["act"], responses=REFUSALS)
async def write_message(
    control: Access, channel_id: FromPath[str], data: JSONBody[requests.WriteMessage]
) -> models.MessageView:
    """Discord's limits and the member's permissions apply."""
    return control.people.write(channel_id, data)


@post(
    "/users/{user_id:str}/private-channel",
    summary="Open a private channel with the bot",
    tags=["act"],
    responses=REFUSALS,
    status_code=200,
)
async def open_private_channel(control: Access, user_id: FromPath[str]) -> models.ChannelView:
    """The same one every time; write in it with `POST /control/channels/{id}/messages`."""
    return control.people.open_private_channel(user_id)


@post("/commands", summary="Run a command as a member", tags=["act"], responses=REFUSALS, status_code=200)
async def run_command(control: Access, data: JSONBody[requests.RunCommand]) -> models.InteractionResult:
    """Waits for the bot's first answer, three seconds at most, as Discord does."""
    return await control.people.run_command(data)


@post(
    "/autocomplete",
    summary="Type in an option that completes itself",
    tags=["act"],
    responses=REFUSALS,
    status_code=200,
)
async def autocomplete(control: Access, data: JSONBody[requests.Autocomplete]) -> models.AutocompleteResult:
    """Put what is typed so far into `options` under the focused name."""
    return await control.people.autocomplete(data)


@post("/components", summary="Click a button, or choose in a select", tags=["act"], responses=REFUSALS, status_code=200)
async def use_component(control: Access, data: JSONBody[requests.UseComponent]) -> models.InteractionResult:
    """Waits for the bot's first answer, three seconds at most."""
    return await control.people.use_component(data)


@post("/modals", summary="Send a modal", tags=["act"], responses=REFUSALS, status_code=200)
async def submit_modal(control: Access, data: JSONBody[requests.SubmitModal]) -> models.InteractionResult:
    """The `modal_id` is in the result of the command or click that opened it."""
    return await control.people.submit_modal(data)


@delete(
    "/users/{user_id:str}/private/{message_id:str}", summary="Dismiss a private reply", tags=["act"], responses=REFUSALS
)
async def dismiss(control: Access, user_id: FromPath[str], message_id: FromPath[str]) -> None:
    """As the person who sees it."""
    control.people.dismiss(user_id, message_id)


ROUTES = (write_message, open_private_channel, run_command, autocomplete, use_component, submit_modal, dismiss)
