"""The `guildwright giveaway` commands."""
