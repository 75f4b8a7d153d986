"""Discord's REST API v10, as far as bots need it here; one module per part of it."""
