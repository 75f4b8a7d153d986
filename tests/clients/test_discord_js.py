"""A stock discord.js lives in the playground: the scenario's sections, one after the other."""

from tests.clients.scenario import *  # noqa: F403 - the tests are the same for every library

LIBRARY = "discord_js"
