"""From a guild's document to the copy in memory that the bot obeys: store, publish, read."""
