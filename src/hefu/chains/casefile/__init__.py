"""A case as a person reads it: drawing, page, PDF, workbook, files for machines, and the record of what came of it."""

from hefu.chains.casefile.svg import drawing_svg
from hefu.chains.casefile.writing import write_cases

__all__ = ["drawing_svg", "write_cases"]
