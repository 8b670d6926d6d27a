"""``hefu chains gather``: what the nodes hold, as tables for ``hefu chains analyse``."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import Progress

from hefu import errors
from hefu.chains.gathering import gather, to_gather
from hefu.cli import show
from hefu.cli.options import AsJson
from hefu.errors import Text
from hefu.files import whole
from hefu.http.judging import rules_under
from hefu.protocol.records import Side
from hefu.settings import home
from hefu.stores.reading import opened
from hefu.stores.sqlite import SqliteReader

NO_STORE: Final = errors.kind(
    "chains.no_store",
    http=404,
    message=Text("{file}: 没有节点的数据库", "{file}: there is no store of a node"),
    cure=Text(
        "用 --customs 或 --tax 给出 store.sqlite, 或用 HEFU_HOME 指定目录",
        "name a store.sqlite with --customs or --tax, or the home in HEFU_HOME",
    ),
)


def gather_(
    out: Annotated[Path, typer.Argument(help="Folder for the tables, as parquet.")],
    customs: Annotated[
        Path | None, typer.Option(help="Store of a customs node; else the one of HEFU_HOME.")
    ] = None,
    tax: Annotated[Path | None, typer.Option(help="Store of a tax node; else the one of HEFU_HOME.")] = None,
    as_machine: AsJson = False,
) -> None:
    """Take the core tables from the stores of the nodes, while these run 从节点取核心表."""
    stores = _stores(customs, tax)
    folder = stores[Side.CUSTOMS].parent if Side.CUSTOMS in stores else home() / Side.CUSTOMS.value
    policy = rules_under(folder)[1]
    with ExitStack() as stack, Progress(transient=True, disable=not sys.stderr.isatty()) as bar:
        readers: dict[Side, SqliteReader] = {
            side: stack.enter_context(opened(str(file), side)) for side, file in stores.items()
        }
        task = bar.add_task(show.say("取数", "gathering"), total=sum(map(to_gather, readers.values())))
        tables = gather(
            readers.get(Side.CUSTOMS), readers.get(Side.TAX), policy, lambda more: bar.advance(task, more)
        )
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        with whole(out / f"{name}.parquet") as file:
            table.write_parquet(file)
    counts = {name: table.height for name, table in tables.items()}
    if as_machine:
        show.print_json({"stores": [str(one) for one in stores.values()], "tables": counts})
        return
    show.show_table((("表", "table"), ("行", "rows")), [(name, f"{n:,}") for name, n in counts.items()])
    show.out().print(
        show.say(
            f"下一步: 把发票, 付款等表放在一起, 运行 hefu chains analyse {out} …",
            f"next: hefu chains analyse {out} …, together with tables of invoices, payments and so on",
        ),
        markup=False,
    )


def _stores(customs: Path | None, tax: Path | None) -> dict[Side, Path]:
    """The stores that were named, else those of the home that are there. Raises ``chains.no_store``."""
    named = {side: file for side, file in ((Side.CUSTOMS, customs), (Side.TAX, tax)) if file is not None}
    here = {side: home() / side.value / "store.sqlite" for side in (Side.CUSTOMS, Side.TAX)}
    stores = named or {side: file for side, file in here.items() if file.is_file()}
    missing = next((file for file in stores.values() if not file.is_file()), None)
    if missing is not None or not stores:
        errors.fail(NO_STORE, file=str(missing or home()))
    return stores
