"""The Discord bot: gateway shards, job workers and the features they run."""
