"""Migrations: what changed, what would be lost, the statements, and applying them."""
