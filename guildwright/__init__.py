"""What all processes share, and the front door."""
