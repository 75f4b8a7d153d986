"""A local Discord: the REST and gateway API that the bot talks to when there is no token."""
