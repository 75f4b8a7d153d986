"""Routes of the control API about messages that are there."""

from litestar import delete, patch, post
from litestar.params import FromPath, JSONBody

from guildwright.playground.control import models, requests
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS

_ONE = "/messages/{message_id:str}"


@patch(_ONE, summary="Edit one's own message", tags=["act"], responses=REFUSALS)
async def edit_message(
    control: Access, message_id: FromPath[str], data: JSONBody[requests.EditMessage]
) -> models.MessageView:
    """As the member who wrote it."""
    return control.chat.edit(message_id, data)


@delete(_ONE + "/as/{user_id:str}", summary="Delete a message as a member", tags=["act"], responses=REFUSALS)
async def delete_message(control: Access, message_id: FromPath[str], user_id: FromPath[str]) -> None:
    """One's own, or anybody's with MANAGE_MESSAGES; then the audit log has it."""
    control.chat.delete(message_id, user_id)


@post(_ONE + "/reactions", summary="React as a member", tags=["act"], responses=REFUSALS, status_code=200)
async def react(control: Access, message_id: FromPath[str], data: JSONBody[requests.React]) -> models.MessageView:
    """Setting what is set, or taking away what is not there, changes nothing."""
    return control.chat.react(message_id, data)


@post(_ONE + "/pin", summary="Pin as a member", tags=["act"], responses=REFUSALS, status_code=200)
async def pin(control: Access, message_id: FromPath[str], data: JSONBody[requests.Pin]) -> models.MessageView:
    """Needs PIN_MESSAGES; pinning what is pinned changes nothing."""
    return control.chat.pin(message_id, data)


@post("/channels/{channel_id:str}/threads", summary="Start a thread as a member", tags=["act"], responses=REFUSALS)
async def start_thread(
    control: Access, channel_id: FromPath[str], data: JSONBody[requests.StartThread]
) -> models.ChannelView:
    """From a message, without one, private, or as a forum's post."""
    return control.threads.start(channel_id, data)


@patch("/threads/{thread_id:str}", summary="Join, leave or edit a thread", tags=["act"], responses=REFUSALS)
async def edit_thread(
    control: Access, thread_id: FromPath[str], data: JSONBody[requests.EditThread]
) -> models.ChannelView:
    """Its maker may rename and archive it, whoever may write in it wake it; the rest needs MANAGE_THREADS."""
    return control.threads.edit(thread_id, data)


ROUTES = (edit_message, delete_message, react, pin, start_thread, edit_thread)
