"""Export and import of contracts: ODCS v3 and Frictionless Table Schema."""

from codegen.authoring.exchange.exporting import FORMATS, exported
from codegen.authoring.exchange.importing import NotImported
from codegen.authoring.exchange.writing import write_imported

__all__ = ["FORMATS", "NotImported", "exported", "write_imported"]
