"""What people decide about their own accounts: whether private messages reach them."""

import msgspec

from guildwright.playground.control import account_requests as requests
from guildwright.playground.control import models, show
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.playground import Playground


class Accounts:
    """One for the whole playground."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def switch_dms(self, user_id: str, body: requests.PrivateMessages) -> models.UserView:
        """Close or open somebody's private messages; what is written already stays."""
        user = msgspec.structs.replace(self._find.person(user_id), closed=body.closed)
        with self._play.store.change() as change:
            change.put(user)
        return show.user(user)
