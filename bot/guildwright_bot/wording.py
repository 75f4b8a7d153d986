"""Writes a refusal in the guild's language, with permissions called what Discord calls them."""

from guildwright.platform.texts import Texts
from guildwright_bot.refusal import Refusal


def say(texts: Texts, locale: str, refusal: Refusal) -> str:
    """The sentence that a member reads."""
    args = dict(refusal.args)
    names = args.get("permissions")
    if isinstance(names, str):
        args["permissions"] = permissions(texts, locale, names)
    return texts.text(locale, refusal.reason, **args)


def permissions(texts: Texts, locale: str, names: str) -> str:
    """Write "send-messages embed-links" as "Send Messages, Embed Links"; one without a text keeps its own name."""
    written = []
    for name in names.split():
        message_id = f"permission-{name}"
        plain = name.replace("-", " ").title()
        written.append(texts.text(locale, message_id) if texts.has(message_id) else plain)
    return ", ".join(written)
