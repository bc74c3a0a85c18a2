"""Proposals: what a contract would have to say so that a drifted file can be read."""
