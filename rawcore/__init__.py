"""The driver of rawcore: moves bytes from an object store into PostgreSQL; SQL does the rest."""

__version__ = "0.1.0"
