"""The `guildwright jobs` commands."""
