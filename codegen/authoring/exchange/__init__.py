"""Contracts in other people's formats: ODCS v3 and Frictionless Table Schema, both ways."""

from codegen.authoring.exchange.exporting import FORMATS, exported
from codegen.authoring.exchange.importing import NotImported
from codegen.authoring.exchange.writing import write_imported

__all__ = ["FORMATS", "NotImported", "exported", "write_imported"]
