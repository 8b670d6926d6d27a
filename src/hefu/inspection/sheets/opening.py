"""Sources that hold tables, as sheets."""

from __future__ import annotations

from collections.abc import Iterator

from hefu import errors
from hefu.errors import HefuError
from hefu.inspection.sheets.csv_sheets import csv_sheet
from hefu.inspection.sheets.legacy import legacy_sheets
from hefu.inspection.sheets.parquet_sheets import parquet_sheet
from hefu.inspection.sheets.pdf import pdf_sheets
from hefu.inspection.sheets.sheet import Sheet
from hefu.inspection.sheets.xlsx.sheets import xlsx_sheets
from hefu.inspection.sources.bounds import LIMITS, UNKNOWN, Limits
from hefu.inspection.sources.finding import Source

__all__ = ["Sheet", "sheets"]


def sheets(source: Source, limits: Limits = LIMITS) -> Iterator[Sheet | HefuError]:
    """The sheets of a source: workbooks, texts with separators, parquet, PDF. What cannot be read is an error."""
    try:
        if source.form == "csv":
            yield csv_sheet(source, limits)
        elif source.form == "parquet":
            yield parquet_sheet(source, limits)
        elif source.form == "xlsx":
            yield from xlsx_sheets(source, limits)
        elif source.form in {"xls", "xlsb", "ods"}:
            yield from legacy_sheets(source, limits)
        elif source.form == "pdf":
            yield from pdf_sheets(source, limits)
        else:
            errors.fail(UNKNOWN, file=source.name, value=source.form)
    except HefuError as error:
        yield error
