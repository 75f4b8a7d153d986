"""The scopes that an application can ask for, in the words in which the person reads them."""

SCOPES = {
    "identify": "Know your username and picture",
    "email": "Know your e-mail address",
    "openid": "Sign you in with OpenID Connect",
    "connections": "Know your linked accounts (there are none here)",
    "guilds": "Know which servers you are in",
    "guilds.join": "Let you join servers",
    "guilds.members.read": "Read your nickname and roles in your servers",
    "bot": "Add its bot to a server",
    "applications.commands": "Add its commands to a server",
    "applications.commands.update": "Change its own commands",
    "applications.commands.permissions.update": "Change who may use its commands, where you may do so",
    "applications.entitlements": "Read what you bought of it",
    "role_connections.write": "Keep data that servers' linked roles use",
}
# With these alone an application is added, and nobody needs to be sent back.
ADDING = frozenset({"bot", "applications.commands"})


def read(text: str) -> tuple[str, ...] | None:
    """The scopes of a space-separated list, each once; None when there is none or one is unknown."""
    scopes = tuple(dict.fromkeys(text.split()))
    return scopes if scopes and all(scope in SCOPES for scope in scopes) else None
