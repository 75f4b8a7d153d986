"""What belongs to no feature: help, setup, the bot's coming to and going from guilds, and declaring commands."""
