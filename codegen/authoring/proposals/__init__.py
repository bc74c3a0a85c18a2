"""Proposals: the edit of a contract that lets it read a drifted file."""
