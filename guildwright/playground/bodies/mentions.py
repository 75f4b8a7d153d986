"""Whom a text pings: what it names, less what `allowed_mentions` and permissions leave out."""

import re
from typing import ClassVar

import msgspec

from guildwright.playground.bodies.fields import Fields

_USER = re.compile(r"<@!?(\d{1,19})>")
_ROLE = re.compile(r"<@&(\d{1,19})>")
_EVERYONE = re.compile(r"@(everyone|here)\b")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


class AllowedMentions(msgspec.Struct, frozen=True, kw_only=True):
    """The `allowed_mentions` object; absent, everything that is named is pinged."""

    kinds: ClassVar[set[str]] = {"users", "roles", "everyone"}
    parse: frozenset[str] = frozenset({"users", "roles", "everyone"})
    users: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    replied_user: bool = True

    @classmethod
    def read(cls, body: Fields) -> "AllowedMentions":
        """From a message body."""
        fields = body.object("allowed_mentions")
        if fields is None:
            return cls()
        parse = fields.items("parse", 3)
        for index, kind in enumerate(parse):
            if str(kind) not in cls.kinds:
                known = "', '".join(sorted(cls.kinds))
                fields.fault(f"parse.{index}", "BASE_TYPE_CHOICES", f"Value must be one of ('{known}').")
        users, roles = fields.snowflake_set("users"), fields.snowflake_set("roles")
        for kind, ids in (("users", users), ("roles", roles)):
            if kind in parse and ids:
                message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
                body.fault("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
        names = frozenset(str(kind) for kind in parse)
        return cls(parse=names, users=users, roles=roles, replied_user=fields.flag("replied_user"))

    def pinged_users(self, text: str) -> list[int]:
        """The users that the text names and may ping, in order, once each."""
        named = _found(_USER, text)
        return named if "users" in self.parse else [user for user in named if user in self.users]

    def pinged_roles(self, text: str) -> list[int]:
        """The roles that the text names and may ping."""
        named = _found(_ROLE, text)
        return named if "roles" in self.parse else [role for role in named if role in self.roles]

    def pings_everyone(self, text: str) -> bool:
        """Whether the text names @everyone or @here and may ping them."""
        return "everyone" in self.parse and bool(_EVERYONE.search(_CODE.sub("", text)))


def _found(pattern: re.Pattern[str], text: str) -> list[int]:
    return list(dict.fromkeys(int(match) for match in pattern.findall(_CODE.sub("", text))))
