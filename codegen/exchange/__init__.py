"""Contracts in other people's formats: ODCS v3 and Frictionless Table Schema, both ways."""

from codegen.exchange.exporting import FORMATS, exported
from codegen.exchange.importing import NotImported
from codegen.exchange.writing import write_imported

__all__ = ["FORMATS", "NotImported", "exported", "write_imported"]
