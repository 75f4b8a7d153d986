"""Discord's refusals: an HTTP status, a JSON error code, a message and, for bodies, where each fault is."""

from guildwright.playground.records import Json


class DiscordError(Exception):
    """A refusal in Discord's shape."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        """The JSON body."""
        body: Json = {"message": self.message, "code": self.code}
        return body | {"errors": self.errors} if self.errors else body


class Faults:
    """Collects what is wrong with a body, each at its path, and refuses it all at once (code 50035)."""

    def __init__(self) -> None:
        self._found: list[tuple[tuple[str, ...], str, str]] = []

    def add(self, path: str, code: str, message: str) -> None:
        """Note a fault; the path is dotted, for instance `embeds.0.title`."""
        self._found.append((tuple(path.split(".")) if path else (), code, message))

    def __bool__(self) -> bool:
        return bool(self._found)

    def check(self) -> None:
        """Refuse if anything was noted."""
        if not self._found:
            return
        tree: Json = {}
        whole = {path for path, _, _ in self._found}
        for path, code, message in self._found:
            if any(path[:length] in whole for length in range(len(path))):
                continue  # Discord says nothing of the parts of what is wrong as a whole
            node = tree
            for step in path:
                node = node.setdefault(step, {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        raise DiscordError(400, 50035, "Invalid Form Body", tree)


def invalid(path: str, code: str, message: str) -> DiscordError:
    """A refusal with one fault."""
    faults = Faults()
    faults.add(path, code, message)
    try:
        faults.check()
    except DiscordError as refusal:
        return refusal
    raise AssertionError


def required(path: str) -> DiscordError:
    """A missing field."""
    return invalid(path, "BASE_TYPE_REQUIRED", "This field is required")


def unauthorized() -> DiscordError:
    """No token, or a wrong one."""
    return DiscordError(401, 0, "401: Unauthorized")


def not_for_bots() -> DiscordError:
    """The bot's token is good, and this is for people: a 401 would make clients give the token up."""
    return DiscordError(403, 20001, "Bots cannot use this endpoint")


def unknown(code: int, thing: str) -> DiscordError:
    """An id of nothing."""
    return DiscordError(404, code, f"Unknown {thing}")


def unknown_channel() -> DiscordError:
    """10003."""
    return unknown(10003, "Channel")


def unknown_guild() -> DiscordError:
    """10004."""
    return unknown(10004, "Guild")


def unknown_member() -> DiscordError:
    """10007."""
    return unknown(10007, "Member")


def unknown_message() -> DiscordError:
    """10008."""
    return unknown(10008, "Message")


def unknown_role() -> DiscordError:
    """10011."""
    return unknown(10011, "Role")


def unknown_user() -> DiscordError:
    """10013."""
    return unknown(10013, "User")


def unknown_webhook() -> DiscordError:
    """10015."""
    return unknown(10015, "Webhook")


def unknown_interaction() -> DiscordError:
    """10062."""
    return unknown(10062, "interaction")


def unknown_command() -> DiscordError:
    """10063."""
    return unknown(10063, "application command")


def missing_access() -> DiscordError:
    """50001."""
    return DiscordError(403, 50001, "Missing Access")


def missing_permissions() -> DiscordError:
    """50013."""
    return DiscordError(403, 50013, "Missing Permissions")


def thread_archived() -> DiscordError:
    """50083."""
    return DiscordError(400, 50083, "Thread is archived")


def already_acknowledged() -> DiscordError:
    """40060."""
    return DiscordError(400, 40060, "Interaction has already been acknowledged.")


def empty_message() -> DiscordError:
    """50006."""
    return DiscordError(400, 50006, "Cannot send an empty message")
