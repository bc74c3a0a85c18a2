"""What changed since the last migration, what it would destroy, its statements, applying it."""
