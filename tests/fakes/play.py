"""What members of the demo guild do, told to `/control/` as a stranger's script would tell it."""

from typing import Any

from tests.fakes.guildwright import Running, until

ANSWERED = {"replied", "updated", "deferred", "modal"}


class Play:
    """Members by name, acting in #giveaways of the demo guild."""

    def __init__(self, up: Running) -> None:
        self.up = up
        self.guild = up.facts["guild_id"]
        self.channel = up.facts["channels"]["giveaways"]
        guild = up.get(f"/guilds/{self.guild}")
        self.owner: str = guild["owner_id"]
        self.members = {
            member["user"]["username"].lower(): member["user"]["id"]
            for member in guild["members"]
            if not member["user"].get("bot")
        }

    def command(self, user: str, command: str, **options: object) -> dict[str, Any]:
        """Run a slash command as a member; return the InteractionResult."""
        result: dict[str, Any] = self.up.post(
            "/commands", user_id=user, channel_id=self.channel, command=command, options=options
        )
        return result

    def start(self, prize: str, duration: str = "10s", winners: int = 1, **options: object) -> None:
        """Start a giveaway as the owner."""
        result = self.command(self.owner, "giveaway start", prize=prize, duration=duration, winners=winners, **options)
        assert result["status"] in ANSWERED, result

    def messages(self) -> list[dict[str, Any]]:
        """The newest messages of #giveaways that everybody sees."""
        found: list[dict[str, Any]] = self.up.get(f"/channels/{self.channel}/messages", limit=100)["messages"]
        return found

    def panel(self, prize: str) -> dict[str, Any]:
        """The giveaway's message: the bot's, with the prize on it, that is not the announcement of winners."""
        return next(m for m in self.messages() if prize in text_of(m) and not button(m, "Claim") and m["embeds"])

    def announcements(self, prize: str) -> list[dict[str, Any]]:
        """The messages that ping winners of this prize."""
        return [m for m in self.messages() if prize in text_of(m) and m["mentions"]]

    def wait_panel(self, prize: str) -> dict[str, Any]:
        """The giveaway's message, once it is there."""
        return until(lambda: [m for m in self.messages() if prize in text_of(m) and button(m, "Enter")])[0]

    def click(self, user: str, message: dict[str, Any], label: str) -> dict[str, Any]:
        """Press a button as a member; return the InteractionResult."""
        pressed = button(message, label)
        assert pressed, f"no button {label!r} on {text_of(message)!r}"
        result: dict[str, Any] = self.up.post(
            "/components", user_id=user, message_id=message["id"], custom_id=pressed["custom_id"]
        )
        return result

    def enter(self, user: str, prize: str) -> None:
        """Press Enter until the bot answers: a killed process may have missed the click."""
        message = self.wait_panel(prize)
        until(lambda: self.click(user, message, "Enter")["status"] in ANSWERED, within=30)


def button(message: dict[str, Any], label: str) -> dict[str, Any] | None:
    """The button whose label begins so, or None."""
    rows = message.get("components") or []
    buttons = [part for row in rows for part in row.get("components", [])]
    return next((b for b in buttons if str(b.get("label", "")).startswith(label)), None)


def text_of(message: dict[str, Any]) -> str:
    """Content and embeds of a message as one text."""
    embeds = message.get("embeds") or []
    parts = [message.get("content", "")]
    for embed in embeds:
        parts += [embed.get("title", ""), embed.get("description", "")]
        parts += [f"{field['name']} {field['value']}" for field in embed.get("fields", [])]
    return "\n".join(part for part in parts if part)
