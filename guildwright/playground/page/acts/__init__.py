"""Everything a person can do from a menu or a dialog, by the name that addresses carry."""

from guildwright.playground.page.acts import messages, moderation, own, server, threads
from guildwright.playground.page.acts.act import Act

ACTS: dict[str, Act] = {**messages.ACTS, **moderation.ACTS, **own.ACTS, **server.ACTS, **threads.ACTS}
