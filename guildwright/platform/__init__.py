"""What every process stands on: no feature, no process."""
