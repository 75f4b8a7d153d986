"""The gateway: one websocket route, sessions that outlive their connection, and what each of them may hear."""
