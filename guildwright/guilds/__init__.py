"""`guildwright guilds`: what a person reads and changes of the guild documents, in files and in a cluster alike."""
