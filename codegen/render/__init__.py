"""From a contract to SQL: what the templates are told, and the templates."""
