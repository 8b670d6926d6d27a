"""Workbooks written by hand: what no library would write."""

from __future__ import annotations

import zipfile
from pathlib import Path

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(
    path: Path, rows: str, tail: str = "", shared: str = "", styles: str = "", head: str = ""
) -> Path:
    """A workbook of one sheet: the XML within ``sheetData``, after it, and of the other parts."""
    sheet = f"<worksheet {MAIN}>{head}<sheetData>{rows}</sheetData>{tail}</worksheet>"
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships {_RELS}><Relationship Id="r1" Type="{_TYPE}/officeDocument" '
        f'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{_TYPE}"><sheets><sheet name="甲" sheetId="1" r:id="r1"/>'
        f"</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships {_RELS}>"
        f'<Relationship Id="r1" Type="{_TYPE}/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_TYPE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="r3" Type="{_TYPE}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f"<sst {MAIN}>{shared}</sst>",
        "xl/styles.xml": f"<styleSheet {MAIN}>{styles}</styleSheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return path
