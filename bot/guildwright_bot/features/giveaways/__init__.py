"""Giveaways: a prize, a button to enter, a fair draw at the due time, and a claim within a deadline."""
