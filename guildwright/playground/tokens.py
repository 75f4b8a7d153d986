"""Bot tokens in Discord's form."""

import base64
import secrets


def token_for(application_id: int) -> str:
    """A new one; its first segment is the application's id."""
    head = base64.urlsafe_b64encode(str(application_id).encode()).decode().rstrip("=")
    return f"{head}.{secrets.token_urlsafe(4)[:6]}.{secrets.token_urlsafe(28)[:38]}"
