"""Self-inspection of files: a million pairs beside DataComPy, ten million pairs in time and memory.

The files are Parquet lists as an ERP exports them, with Chinese titles and everything as text. Each run is a
process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

import polars as pl

from benchmarks.measure import Bar, Row
from benchmarks.pairs import tables
from hefu.documents.codes.tables import units
from hefu.rules.words import plain_text

col = pl.col

SLICE: Final = 1_000_000
"""Pairs that are made at once."""
RIVALS: Final = Path(__file__).parents[1] / ".venv-rivals"
"""An environment of their own: DataComPy asks for an older Polars."""

_DECLARED: Final = {
    "报关单号": "declaration", "申报日期": "declared_on", "监管方式": "mode", "成交方式": "terms", "关联报关单号": "related",
    "境内收发货人统一社会信用代码": "trader_uscc", "境内收发货人海关编码": "trader_code", "境内收发货人名称": "trader_name",
    "生产销售单位统一社会信用代码": "owner_uscc", "证明编号": "certificate", "证明行号": "certificate_line", "项号": "item",
    "商品编号": "item_hs", "商品名称": "item_name", "第一法定数量": "first", "第一法定单位": "first_unit", "总价": "total",
    "币制": "currency", "原产国": "item_origin",
}  # fmt: skip
_CERTIFIED: Final = {
    "证明编号": "certificate", "用途": "purpose", "开具日期": "issued_on", "持有人统一社会信用代码": "holder_uscc",
    "持有人海关编码": "holder_code", "持有人名称": "holder_name", "退免税状态": "refund_state", "行号": "line",
    "出口报关单号": "line_declaration", "出口项号": "line_item", "商品代码": "line_hs", "商品名称": "line_name",
    "计量单位": "line_unit", "证明数量": "line_quantity", "出口日期": "line_export_day", "美元离岸价": "line_fob",
}  # fmt: skip
_SCALES: Final = {"first": 5, "line_quantity": 5, "total": 4, "line_fob": 4}
_DAYS: Final = ("declared_on", "issued_on", "line_export_day")


def _texts(frame: pl.DataFrame, titles: dict[str, str], place: int) -> pl.DataFrame:
    """Columns under their titles, all as text, with numbers of documents of their own in each slice."""
    names = {code: one.name for code, one in units().items()}

    def text(name: str) -> pl.Expr:
        held = col(name)
        if name in _SCALES:
            return plain_text(held, _SCALES[name])
        if name in _DAYS:
            return held.cast(pl.Int32).cast(pl.Date).cast(pl.String)
        if name in ("declaration", "related", "line_declaration"):
            return pl.concat_str(pl.lit(f"{place + 10:02}"), held.str.slice(2))
        if name == "certificate":
            return pl.concat_str(held.str.slice(0, 2), pl.lit(f"{place:02}"), held.str.slice(2))
        if name in ("first_unit", "line_unit"):
            return held.replace_strict(names, default=None)
        return held.cast(pl.String)

    return frame.select(text(name).alias(title) for title, name in titles.items())


def make(folder: Path, pairs: int) -> None:
    """Lists of certificates and declarations with that many pairs, in slices."""
    for name in ("certificates", "declarations"):
        (folder / name).mkdir(parents=True)
    for place in range(-(-pairs // SLICE)):
        told = tables(min(SLICE, pairs - place * SLICE))
        tied = told.references.filter(col("line").is_not_null()).rename({"line": "certificate_line"})
        loose = told.references.filter(col("line").is_null()).select("declaration", loose="certificate")
        heads = told.declarations.drop("judged")
        items = told.items.join(heads, on="declaration", maintain_order="left")
        items = items.join(tied, on=["declaration", "item"], how="left").join(
            loose, on="declaration", how="left"
        )
        items = items.with_columns(certificate=pl.coalesce("certificate", "loose"))
        lines = told.lines.sort("certificate", "line").join(
            told.certificates, on="certificate", maintain_order="left"
        )
        _texts(items, _DECLARED, place).write_parquet(folder / "declarations" / f"{place:02}.parquet")
        _texts(lines, _CERTIFIED, place).write_parquet(folder / "certificates" / f"{place:02}.parquet")


@contextmanager
def files(pairs: int) -> Iterator[Path]:
    """A folder with such lists."""
    with tempfile.TemporaryDirectory(prefix="hefu-bench-") as folder:
        make(Path(folder), pairs)
        yield Path(folder)


_INSPECT: Final = """
import json, resource, sys, time
from pathlib import Path
from hefu.inspection.inspect import Given, inspect
from hefu.inspection.fields.fields import Paper
from hefu.rules.policy import Policy
start = time.perf_counter()
folder = Path(sys.argv[1])
told = inspect([Given([folder / "certificates"], Paper.CERTIFICATE), Given([folder / "declarations"], Paper.DECLARATION)], Policy()).answer
print(json.dumps({
    "seconds": time.perf_counter() - start, "pairs": told.pairs, "findings": told.findings.height,
    "refused": told.refusals.height, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
}))
"""


def _run(program: str, interpreter: Path, folder: Path) -> dict[str, float]:
    environment = (
        {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        if interpreter == Path(sys.executable)
        else None
    )
    told = subprocess.run(
        [str(interpreter), "-c", program, str(folder)],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    answer: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return answer


def inspected(folder: Path) -> dict[str, float]:
    """One inspection in a process of its own: ``seconds``, ``pairs``, ``findings``, ``peak`` in GiB."""
    return _run(_INSPECT, Path(sys.executable), folder)


_DATACOMPY: Final = """
import json, sys, time
from pathlib import Path
import datacompy, polars as pl
start = time.perf_counter()
folder = Path(sys.argv[1])
declared = pl.read_parquet(folder / "declarations")
certified = pl.read_parquet(folder / "certificates")
keys = ["证明编号", "项号"]
same = {"商品编号": "商品代码", "第一法定数量": "证明数量", "第一法定单位": "计量单位", "总价": "美元离岸价",
        "境内收发货人统一社会信用代码": "持有人统一社会信用代码", "境内收发货人名称": "持有人名称", "商品名称": "商品名称"}
left = declared.filter(pl.col("证明编号").is_not_null()).select(*keys, *(pl.col(a) for a in same))
right = certified.select(pl.col("证明编号"), pl.col("行号").alias("项号"), *(pl.col(b).alias(a) for a, b in same.items()))
told = datacompy.PolarsCompare(left, right, join_columns=keys)
rows = told.intersect_rows
told.report()
print(json.dumps({"seconds": time.perf_counter() - start, "pairs": rows.height}))
"""


def against_datacompy(folder: Path, rounds: int) -> Row:
    """Reading, judging by all rules and findings with places, against reading and DataComPy's comparison of seven
    columns on the same lists.
    """
    rival = RIVALS / "bin" / "python"
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(inspected(folder)["seconds"])
        theirs.append(_run(_DATACOMPY, rival, folder)["seconds"])
    ratios = [other / own for own, other in zip(ours, theirs, strict=True)]
    return Row(
        what="1,000,000 pairs from files, all rules, places, the frames of the report",
        against="DataComPy on the same files, seven columns",
        unit="s",
        ours=median(ours),
        theirs=median(theirs),
        ratio=median(ratios),
        bar=Bar(5, at_least=True),
        rounds=rounds,
    )


def ten_million(small: dict[str, float], pairs: int = 10 * SLICE) -> list[Row]:
    """Time against linear from a million (``small``), and peak memory against 4 GiB."""
    with files(pairs) as folder:
        large = inspected(folder)
    linear = small["seconds"] * pairs / SLICE
    told = (
        ("", "linear from a million", "s", large["seconds"], linear, Bar(1.2, at_least=False)),
        (", peak memory", "4 GiB", "GiB", large["peak"], 4.0, Bar(1, at_least=False)),
    )
    return [
        Row(f"{pairs:,} pairs from files{what}", against, unit, ours, theirs, ours / theirs, bar, rounds=1)
        for what, against, unit, ours, theirs, bar in told
    ]
