"""Contracts in, SQL out: the contract model, the planner, the renderer and their command line."""
