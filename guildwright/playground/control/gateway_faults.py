"""Test controls of what happens to gateway connections, now."""

from guildwright.playground.control import fault_models as models
from guildwright.playground.control import models as views
from guildwright.playground.control import show
from guildwright.playground.control.errors import ControlError, invalid, unknown
from guildwright.playground.gateway.session import Session
from guildwright.playground.playground import Playground

_CODES = {1000, 1001, 1011, 1012}
_OWN_CODES = range(4000, 5000)
# After these a client has to start a new session.
_FATAL = {4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014}


class GatewayFaults:
    """Cuts, closes, stalls and confuses sessions."""

    def __init__(self, play: Playground) -> None:
        self._play = play

    def act(self, body: models.GatewayFault) -> models.SessionsView:
        """Let it happen."""
        _check(body)
        sessions = self._meant(body)
        for session in sessions:
            self._act(body, session)
        return models.SessionsView(sessions=[session.id for session in sessions])

    def _meant(self, body: models.GatewayFault) -> list[Session]:
        everyone = self._play.hub.sessions
        if body.session_id is None:
            return [session for session in everyone.values() if session.wire or body.act == "expire"]
        session = everyone.get(body.session_id)
        if session is None:
            raise unknown("session", body.session_id, "session_id")
        if session.wire is None and body.act != "expire":
            raise ControlError(409, "not_connected", "Nobody is connected to this session now.", "session_id")
        return [session]

    def _act(self, body: models.GatewayFault, session: Session) -> None:
        hub, wire = self._play.hub, session.wire
        line = self._play.lines.get(wire)
        match body.act:
            case "reconnect":
                hub.reconnect(session)
            case "invalid_session":
                hub.invalidate(session, resumable=bool(body.resumable))
            case "expire":
                hub.expire(session)
            case "close":
                code = 4000 if body.code is None else body.code
                if code in _FATAL:
                    hub.end(session)
                if wire:
                    wire.close(code, "Closed on order.")
            case "drop" | "half_close" | "stall" | "flow" as act if line:
                getattr(line, act)()

    def reset_token(self) -> views.BotView:
        """A new token; the old one is worth nothing from now on."""
        self._play.hub.reset_token()
        return show.bot(self._play)


def _check(body: models.GatewayFault) -> None:
    if body.code is not None and body.act != "close":
        raise invalid("code", f"code belongs to the act close, not to {body.act}.")
    if body.resumable is not None and body.act != "invalid_session":
        raise invalid("resumable", f"resumable belongs to the act invalid_session, not to {body.act}.")
    if body.code is not None and body.code not in _CODES and body.code not in _OWN_CODES:
        raise invalid("code", f"{body.code} is neither between 4000 and 4999 nor one of {sorted(_CODES)}.")
