"""What bots send as JSON bodies, checked against Discord's limits and brought into the form it is kept in."""
