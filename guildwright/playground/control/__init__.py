"""The control API: all that a person can do in the page, and every test control, for scripts and for the page."""
