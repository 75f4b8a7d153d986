"""What the playground holds, asked for over REST with the bot's token, in the form that `compare` takes."""

import time
from typing import Any

import httpx

from tests.clients.compare import moment
from tests.fakes.playground_process import PlaygroundProcess

type Json = dict[str, Any]

GUILD_FIELDS = (
    "id", "name", "owner_id", "preferred_locale", "description", "afk_channel_id", "afk_timeout", "system_channel_id",
    "rules_channel_id", "verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level",
    "nsfw_level", "premium_tier", "vanity_url_code",
)  # fmt: skip
ROLE_FIELDS = ("name", "color", "hoist", "position", "permissions", "managed", "mentionable")
CHANNEL_FIELDS = (
    "name", "type", "topic", "position", "parent_id", "nsfw", "rate_limit_per_user", "bitrate", "user_limit",
)  # fmt: skip
MEMBER_FIELDS = ("nick", "mute", "deaf", "pending", "flags")
USER_FIELDS = ("username", "global_name", "discriminator", "bot")
THREAD_FIELDS = ("name", "type", "parent_id", "owner_id", "rate_limit_per_user")
THREAD_DATA = ("archived", "locked", "auto_archive_duration")
EMOJI_FIELDS = ("name", "animated", "managed", "available", "require_colons")
VOICE_FIELDS = ("channel_id", "self_mute", "self_deaf", "mute", "deaf", "suppress")
MESSAGE_FIELDS = ("content", "type", "pinned", "tts", "mention_everyone", "flags", "webhook_id")


class Held:
    """Reads one playground."""

    def __init__(self, playground: PlaygroundProcess) -> None:
        self._playground = playground
        self.guild_id: str = playground.facts["guild_id"]

    def ask(self, path: str) -> Any:
        """A GET that waits where it is told to."""
        response = self._playground.rest("GET", path)
        while response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            time.sleep(response.json()["retry_after"])
            response = self._playground.rest("GET", path)
        assert response.is_success, f"{path}: {response.text}"
        return response.json()

    def people(self) -> dict[str, str]:
        """Ids of the members by user name."""
        members = self.ask(f"/guilds/{self.guild_id}/members?limit=1000")
        return {entry["user"]["username"]: entry["user"]["id"] for entry in members}

    def guild(self) -> Json:
        """The guild and everything in it."""
        raw = self.ask(f"/guilds/{self.guild_id}")
        members = self.ask(f"/guilds/{self.guild_id}/members?limit=1000")
        channels = self.ask(f"/guilds/{self.guild_id}/channels")
        return picked(raw, GUILD_FIELDS) | {
            "features": sorted(raw["features"]),
            "member_count": len(members),
            "roles": {role["id"]: picked(role, ROLE_FIELDS) for role in raw["roles"]},
            "channels": {entry["id"]: channel(entry) for entry in channels},
            "members": {entry["user"]["id"]: member(entry) for entry in members},
            "emojis": {entry["id"]: picked(entry, EMOJI_FIELDS) for entry in raw["emojis"]},
            "threads": self.threads(),
            "voice_states": self.voice_states(),
            "presences": self.presences(),
        }

    def shown(self) -> Json:
        """The same as far as the control API shows it."""
        raw = self._playground.control("GET", f"/guilds/{self.guild_id}")
        return {
            "id": raw["id"],
            "name": raw["name"],
            "owner_id": raw["owner_id"],
            "preferred_locale": raw["locale"],
            "roles": {
                role["id"]: picked(role, ("name", "color", "position", "permissions", "managed", "mentionable"))
                for role in raw["roles"]
            },
            "channels": {
                entry["id"]: picked(entry, ("name", "type", "position"))
                | {"overwrites": {one["id"]: picked(one, ("type", "allow", "deny")) for one in entry["overwrites"]}}
                for entry in raw["channels"]
            },
            "members": {entry["user"]["id"]: _shown_member(entry) for entry in raw["members"]},
        }

    def threads(self) -> Json:
        """The threads that are not archived."""
        found = self.ask(f"/guilds/{self.guild_id}/threads/active")["threads"]
        return {
            entry["id"]: picked(entry, THREAD_FIELDS) | picked(entry["thread_metadata"], THREAD_DATA) for entry in found
        }

    def voice_states(self) -> Json:
        """Who is in voice: the control API says who, Discord's own how."""
        shown = self._playground.control("GET", f"/voice?guild_id={self.guild_id}")
        present = [entry["user_id"] for entry in shown["states"]]
        found = [self.ask(f"/guilds/{self.guild_id}/voice-states/{user_id}") for user_id in present]
        return {entry["user_id"]: picked(entry, VOICE_FIELDS) for entry in found}

    def presences(self) -> Json:
        """The people who are there; Discord's REST API tells nobody."""
        shown = self._playground.control("GET", f"/presence?guild_id={self.guild_id}")["presences"]
        return {user_id: status for user_id, status in shown.items() if status != "offline"}

    def message(self, raw: Json) -> Json:
        """One message as it is held now."""
        return message(self.ask(f"/channels/{raw['channel_id']}/messages/{raw['id']}"))

    def messages(self, *channel_ids: str) -> Json:
        """The newest messages of these channels, by id."""
        found = [entry for place in channel_ids for entry in self.ask(f"/channels/{place}/messages?limit=100")]
        return {entry["id"]: message(entry) for entry in found}


def _shown_member(raw: Json) -> Json:
    return {
        "nick": raw["nick"],
        "role_ids": sorted(raw["roles"]),
        "joined_at": moment(raw["joined_at"]),
        "timeout_until": moment(raw["timeout_until"]),
        "user": picked(raw["user"], ("username", "bot")),
    }


def picked(raw: Json, names: tuple[str, ...]) -> Json:
    """The fields that are there."""
    return {name: raw[name] for name in names if name in raw}


def channel(raw: Json) -> Json:
    """A channel."""
    overwrites = {entry["id"]: picked(entry, ("type", "allow", "deny")) for entry in raw["permission_overwrites"]}
    return picked(raw, CHANNEL_FIELDS) | {"overwrites": overwrites}


def member(raw: Json) -> Json:
    """A member."""
    return picked(raw, MEMBER_FIELDS) | {
        "user": picked(raw["user"], USER_FIELDS),
        "role_ids": sorted(raw["roles"]),
        "joined_at": moment(raw["joined_at"]),
        "timeout_until": moment(raw["communication_disabled_until"]),
    }


def message(raw: Json) -> Json:
    """A message."""
    reactions = {
        entry["emoji"]["id"] or entry["emoji"]["name"]: picked(entry, ("count", "me"))
        for entry in raw.get("reactions", [])
    }
    reference = raw.get("message_reference") or {}
    return picked(raw, MESSAGE_FIELDS) | {
        "webhook_id": raw.get("webhook_id"),
        "author_id": raw["author"]["id"],
        "channel_id": raw["channel_id"],
        "created_at": moment(raw["timestamp"]),
        "edited_at": moment(raw["edited_timestamp"]),
        "mentions": sorted(entry["id"] for entry in raw["mentions"]),
        "mention_roles": sorted(raw["mention_roles"]),
        "reply_to": reference.get("message_id"),
        "embeds": [picked(entry, ("title", "description", "url", "color")) for entry in raw["embeds"]],
        "files": [picked(entry, ("id", "filename", "size", "url")) for entry in raw["attachments"]],
        "rows": len(raw["components"]),
        "reactions": reactions,
    }
