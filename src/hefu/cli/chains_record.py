"""``hefu chains answer``, ``close``, ``show``: the firm's side of a case and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text as Rich

from hefu.chains.casefile import record as records
from hefu.chains.casefile import words
from hefu.chains.casefile.record import Act, Entry, Outcome, Record, Status
from hefu.chains.casefile.writing import CASE, load, refresh
from hefu.cli import show
from hefu.cli.options import FINDINGS, AsJson
from hefu.errors import Text

STATUSES: Final = {
    Status.OPEN: Text("待核查", "open"), Status.CLOSED: Text("已结案, 不再计入", "closed, counts no longer"),
    Status.EXPIRED: Text("已过期, 不再计入", "lapsed, counts no longer"),
}  # fmt: skip
CaseName = Annotated[str, typer.Argument(metavar="CASE", help="Its number, or its folder.")]
Cases = Annotated[Path, typer.Option("--cases", "-C", help="Folder of the case files.")]
Document = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="A document; it is copied beside the case.")
]


def answer(
    case: CaseName,
    by: Annotated[str, typer.Option(help="Who speaks for the firm.")],
    text: Annotated[str, typer.Option(help="What is said.")] = "",
    document: Document = None,
    cases: Cases = Path("cases"),
    as_machine: AsJson = False,
) -> None:
    """Enter what the firm's side says, with its documents 记入企业答复."""
    own = _folder(case, cases)
    load(own)
    record = records.answer(own, by, text, document)
    refresh(own, show.language())
    _tell(own, record, as_machine)


def close(
    case: CaseName,
    outcome: Annotated[Outcome, typer.Option(help="How it ends.")],
    by: Annotated[list[str], typer.Option(help="Who decides; give two people.")],
    text: Annotated[str, typer.Option(help="The ground; goes on record.")],
    cases: Cases = Path("cases"),
    as_machine: AsJson = False,
) -> None:
    """Two people close a case; it counts no longer, and can be closed anew after an objection 双人结案."""
    own = _folder(case, cases)
    record = records.close(own, load(own), outcome, tuple(by), text)
    refresh(own, show.language())
    _tell(own, record, as_machine)


def show_(case: CaseName, cases: Cases = Path("cases"), as_machine: AsJson = False) -> None:
    """What a case is about, its record, and whether it counts; exit 1 while it does 查看案卷."""
    own = _folder(case, cases)
    load(own)
    record = records.read(own)
    _tell(own, record, as_machine)
    if record.status(records.now().date()) is Status.OPEN:
        raise typer.Exit(FINDINGS)


def _folder(case: str, cases: Path) -> Path:
    """A case is named by its folder, or by its number in the folder of all."""
    named = Path(case)
    return named if (named / CASE).is_file() else cases / case


def _tell(own: Path, record: Record, as_machine: bool) -> None:
    case, today = load(own), records.now().date()
    status = record.status(today)
    if as_machine:
        told: dict[str, Any] = {
            "case": case.id, "title": case.title._asdict(), "status": status, "as_of": case.as_of, "lapses_after": record.expires,
            "digest": record.digest, "new_documents": record.unknown_to_it(case), "record": record.entries, "page": str(own / "case.html"),
        }  # fmt: skip
        show.print_json(told)
        return
    out = show.out()
    out.print(Rich(f"{case.id}  {show.say(*case.title)}", style="bold"))
    lapses = (
        show.say(f"有效期至 {record.expires}", f"lapses after {record.expires}") if record.expires else ""
    )
    out.print(f"{show.say(*words.REFERRAL)}; {show.say(*STATUSES[status])}  {lapses}", markup=False)
    for one in record.entries:
        out.print(_line(one), markup=False)
    if not record.answers:
        out.print(show.say("企业尚未答复", "the firm has not answered yet"), style="dim")
    new = record.unknown_to_it(case)
    if new and record.closings:
        out.print(
            show.say(
                f"结案后新见单证 {new} 份",
                f"{words.counted(new, 'document is', 'documents are')} new since it was closed",
            ),
            style="yellow",
        )
    out.print(f"{own / 'case.html'}  {record.digest[:16]}", markup=False)


def _line(one: Entry) -> str:
    names = {
        Act.OPENED: Text("立卷", "opened"),
        Act.ANSWERED: Text("企业答复", "the firm's side"),
        Act.PROPOSED: Text("提议结案", "closing proposed"),
        Act.CLOSED: Text("结案", "closed"),
    }
    parts = [f"{one.at:%Y-%m-%d %H:%M}", show.say(*names[one.act]), ", ".join(one.by)]
    if one.entered_by:
        parts.append(show.say(f"录入: {one.entered_by}", f"entered by {one.entered_by}"))
    if one.outcome:
        parts.append(show.say(*words.OUTCOMES[one.outcome.value]))
    return "  ".join(part for part in (*parts, one.text, one.document) if part)
