"""Acts on threads and pins."""

from collections.abc import Callable

from guildwright.playground.control.requests import EditThread, Pin, StartThread
from guildwright.playground.page.acts.act import Act, Filled, Outcome, Scene, given
from guildwright.playground.page.forms import Field


def _name(value: str = "") -> Field:
    return Field("act-name", "name", "Name", required=True, most=100, value=value)


def _new(scene: Scene) -> list[Field]:
    channel = scene.control.find.channel(scene.target)
    if channel.type == _FORUM:
        return [_name(), Field("act-content", "content", "First message", kind="long", required=True, most=2000)]
    return [_name(), Field("act-private", "private", "Private: only those who are let in see it", kind="box")]


_FORUM = 15


def _start(scene: Scene, filled: Filled) -> Outcome:
    body = StartThread(
        user_id=scene.user_id,
        name=given(filled, "name"),
        private=bool(filled.get("private")),
        content=given(filled, "content"),
    )
    return Outcome(channel=scene.control.threads.start(scene.target, body).id)


def _from_message(scene: Scene, filled: Filled) -> Outcome:
    body = StartThread(user_id=scene.user_id, name=given(filled, "name"), message_id=scene.target)
    return Outcome(channel=scene.control.threads.start(str(scene.at.channel.id), body).id)


def _rename(scene: Scene, filled: Filled) -> None:
    scene.control.threads.edit(scene.target, EditThread(user_id=scene.user_id, name=given(filled, "name")))


def _change(change: Callable[[Scene], EditThread]) -> Act:
    def run(scene: Scene, _: Filled) -> None:
        scene.control.threads.edit(scene.target, change(scene))

    return Act("Thread", run)


def _pin(*, remove: bool) -> Act:
    def run(scene: Scene, _: Filled) -> None:
        scene.control.chat.pin(scene.target, Pin(user_id=scene.user_id, remove=remove))

    return Act("Pin", run)


def _nothing(_: Scene, __: Filled) -> None:
    return


ACTS = {
    "pins": Act("Pinned messages", _nothing, fields=lambda _: [], template="pins.html"),
    "new-thread": Act("New thread", _start, fields=_new, button="Start"),
    "new-post": Act("New post", _start, fields=_new, button="Post"),
    "thread-from-message": Act("Thread from this message", _from_message, fields=lambda _: [_name()], button="Start"),
    "rename-thread": Act(
        "Rename the thread", _rename, fields=lambda scene: [_name(scene.control.find.channel(scene.target).name)]
    ),
    "join-thread": _change(lambda scene: EditThread(user_id=scene.user_id, member=True)),
    "leave-thread": _change(lambda scene: EditThread(user_id=scene.user_id, member=False)),
    "archive-thread": _change(lambda scene: EditThread(user_id=scene.user_id, archived=True)),
    "wake-thread": _change(lambda scene: EditThread(user_id=scene.user_id, archived=False)),
    "lock-thread": _change(lambda scene: EditThread(user_id=scene.user_id, locked=True, archived=True)),
    "unlock-thread": _change(lambda scene: EditThread(user_id=scene.user_id, locked=False)),
    "pin": _pin(remove=False),
    "unpin": _pin(remove=True),
}
