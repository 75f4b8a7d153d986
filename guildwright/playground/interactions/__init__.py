"""Interactions: what a member does with the bot, the payload the bot gets, and what its answer does."""
