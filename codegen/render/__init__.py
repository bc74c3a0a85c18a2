"""From a contract to SQL: the data for the templates, and the templates."""
