"""Contracts: the model, how they are read and checked, their fingerprint, their JSON Schema."""
