"""Contracts: the model, reading and checking, the fingerprint and the JSON Schema."""
