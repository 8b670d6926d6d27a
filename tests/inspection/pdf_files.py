"""PDF files with Chinese text, written by hand: texts and lines at places counted from the upper left corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

WIDTH, HEIGHT = 842, 595
SIZE = 9
_FONT = (
    "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> "
    "/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 -200 1000 900] "
    "/Ascent 880 /Descent -120 /CapHeight 880 /ItalicAngle 0 /StemV 80 >> >>"
)


@dataclass
class Page:
    """A page as it is drawn."""

    marks: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, text: str) -> None:
        """A text; every sign is as wide as it is high."""
        code = text.encode("utf-16-be").hex()
        self.marks.append(f"BT /F1 {SIZE} Tf {x} {HEIGHT - y - SIZE} Td <{code}> Tj ET")

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A thin line."""
        self.marks.append(f"0.5 w {x0} {HEIGHT - y0} m {x1} {HEIGHT - y1} l S")

    def cell(self, x0: float, y0: float, x1: float, y1: float, text: str) -> None:
        """A box with a text, a line of it under the other."""
        for ends in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            self.line(*ends)
        for number, part in enumerate(text.split("\n")):
            if part:
                self.text(x0 + 3, y0 + 3 + number * (SIZE + 2), part)

    def table(self, y: float, rows: Sequence[Sequence[str]], widths: Sequence[float], x: float = 20) -> None:
        """A table of boxes, 30 high each."""
        for row in rows:
            left = x
            for width, text in zip(widths, row, strict=True):
                self.cell(left, y, left + width, y + 30, text)
                left += width
            y += 30

    def scan(self) -> None:
        """A picture over all of the page."""
        self.marks.append(f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x7f EI Q")


def pdf(path: Path, pages: Sequence[Page]) -> Path:
    """Write the pages."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        _FONT,
    ]
    for number, page in enumerate(pages):
        stream = "\n".join(page.marks)
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        bodies.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    data, places = "%PDF-1.5\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    data += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}"
    data += f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{data.index('xref')}\n%%EOF\n"
    path.write_bytes(data.encode("latin-1"))
    return path
