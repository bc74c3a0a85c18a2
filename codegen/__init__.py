"""From contracts to SQL: the contract model, the renderer, migrations and their command line."""
