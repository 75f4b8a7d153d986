"""Worlds and traffic made from a seed: for scale, for benchmarks, and for bots that should have something to do."""
