"""OAuth2: the page where a person authorises an application, and the tokens that come of it."""
