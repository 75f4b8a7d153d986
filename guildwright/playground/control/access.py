"""The control API in-process: the page calls these same functions that scripts reach over HTTP."""

from litestar.di import NamedDependency

from guildwright.playground.control.accounts import Accounts
from guildwright.playground.control.chat import Chat
from guildwright.playground.control.clock import Time
from guildwright.playground.control.faults import Faults
from guildwright.playground.control.gateway_faults import GatewayFaults
from guildwright.playground.control.generator import Generators
from guildwright.playground.control.guilds import Guilds
from guildwright.playground.control.har import Har
from guildwright.playground.control.house import House
from guildwright.playground.control.limits import RateLimits
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.control.moderation import Moderation
from guildwright.playground.control.people import People
from guildwright.playground.control.presence import PresenceActs
from guildwright.playground.control.rank import Rank
from guildwright.playground.control.shop import Shop
from guildwright.playground.control.thread_acts import ThreadActs
from guildwright.playground.control.views import Views
from guildwright.playground.playground import Playground


class Control:
    """`views` reads, `people`, `chat`, `presence` act, `guilds` arranges the world, `faults` and `time` disturb it."""

    def __init__(self, play: Playground) -> None:
        self.play = play
        self.views = Views(play)
        self.people = People(play)
        self.shop = Shop(play)
        self.accounts = Accounts(play)
        self.chat = Chat(play)
        self.threads = ThreadActs(play)
        self.find = Lookup(play)
        self.rank = Rank(play)
        self.guilds = Guilds(play)
        self.moderation = Moderation(play)
        self.house = House(play)
        self.faults = Faults(play)
        self.gateway_faults = GatewayFaults(play)
        self.har = Har(play)
        self.time = Time(play)
        self.limits = RateLimits(play)
        self.presence = PresenceActs(play)
        self.generators = Generators(play)


Access = NamedDependency[Control]
