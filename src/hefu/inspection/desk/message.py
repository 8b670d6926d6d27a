"""One message against the papers of a desk: the inspection of a folder, for what concerns this message alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import polars as pl

from hefu import errors
from hefu.documents.declaration import Declaration
from hefu.documents.fields import SHANGHAI
from hefu.documents.readers.json_documents import only, read_papers
from hefu.engines.shelves import Shelves
from hefu.errors import HefuError, Text
from hefu.inspection.fields.fields import Paper
from hefu.inspection.findings.result import REFUSALS, Inspection
from hefu.inspection.judging.across import across_all
from hefu.inspection.judging.answer import answer
from hefu.inspection.judging.comparison import judge_all
from hefu.inspection.papers.parting import schema_of
from hefu.inspection.papers.reading import Given, read_all
from hefu.inspection.papers.shelved import Papers
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet

col = pl.col

MISSING = errors.kind(
    "watch.papers_missing",
    http=404,
    exit_code=3,
    message=Text("没有 {file}", "there is no {file}"),
    cure=Text(
        "核对路径, 网络盘须已连接; 报文留在原处, 稍后再核",
        "check the path, and that a network drive is connected; messages stay and are tried again",
    ),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a message: the ``inspection`` of it alone, its ``problems``, the declarations in it, and the
    certificates that they draw on, each with its declaration.
    """

    inspection: Inspection
    problems: tuple[HefuError, ...] = ()
    numbers: frozenset[str] = frozenset()
    drawn: Mapping[str, str] = field(default_factory=dict)

    @property
    def passes(self) -> bool:
        """Whether it may move on."""
        return self.inspection.sound and bool(self.numbers) and not self.problems

    @property
    def codes(self) -> tuple[str, ...]:
        """Why it may not."""
        found = self.inspection.findings.filter(col("severity") == "block").get_column("code")
        told = [*found, *(problem.kind.code for one in self.problems for problem in one.problems)]
        return tuple(dict.fromkeys(told))

    def but(self, name: str, error: HefuError) -> Said:
        """The same, and one thing against it."""
        rows = [
            {
                "file": name, "sheet": "", "row": 0, "cell": "", "title": "", "field": one.place, "value": one.value,
                "rule_zh": f"{one.message.zh} → {one.cure.zh}", "rule_en": f"{one.message.en} → {one.cure.en}",
            }
            for one in error.problems
        ]  # fmt: skip
        refused = pl.concat([self.inspection.refusals, pl.DataFrame(rows, schema=dict(REFUSALS))])
        told = replace(self.inspection, refusals=refused)
        return replace(self, inspection=told, problems=(*self.problems, error))


class Desk:
    """The certificates at hand, and the export declarations that returns refer to; read anew when they change."""

    def __init__(
        self, certificates: Sequence[Path], exports: Sequence[Path], ruleset: RuleSet, policy: Policy
    ) -> None:
        self._given = [Given(certificates, Paper.CERTIFICATE), Given(exports, Paper.DECLARATION)]
        self._rules = (ruleset, policy)
        self._seen: object = None
        self._rows: dict[Paper, pl.DataFrame] = {}
        self._places: dict[int, tuple[str, str]] = {}
        self.unread = 0
        """Rows and files of these papers that could not be read."""

    def refresh(self) -> bool:
        """Read the papers if any of their files has changed; whether it has. Raises ``watch.papers_missing``."""
        paths = [path for one in self._given for path in one.paths]
        for path in paths:
            if not path.exists():
                errors.fail(MISSING, file=str(path))
        now = [_signature(path) for path in paths]
        if now == self._seen:
            return False
        with tempfile.TemporaryDirectory(prefix="hefu-desk-") as scratch:
            papers = Papers(Shelves(Path(scratch), 1))
            read_all(self._given, papers, Path(scratch))
            papers.settle()
            self._rows = {
                paper: papers.shelves.take(paper, 0, schema_of(paper))
                for paper in (Paper.CERTIFICATE, Paper.DECLARATION)
            }
            self._places = {source: (file, sheet) for source, file, sheet in papers.places().iter_rows()}
            self.unread = papers.refused().height
        self._seen = now
        return True

    def judge(self, data: bytes, name: str, used: Mapping[str, str]) -> Said:
        """What is said of the messages in a file. ``used``: certificates that earlier messages took, with their
        declaration numbers.
        """
        with tempfile.TemporaryDirectory(prefix="hefu-desk-") as scratch:
            documents, problems = _read(data, name)
            papers = Papers(_Own(Path(scratch), (one.number for one in documents)))
            source = papers.open(name, paper=Paper.DECLARATION)
            for row, one in enumerate(documents, 1):
                papers.add_document(source, one, row)
            for row, error in enumerate(problems, len(documents) + 1):
                papers.refuse_file(error, source, row)
            self._put(papers, documents, used)
            told = self._said(papers)
        numbers = frozenset(one.number for one in documents)
        return Said(told, tuple(problems), numbers, _drawn(told, numbers))

    def refuse(self, name: str, error: HefuError) -> Said:
        """What is said of a file that could not be judged at all."""
        with tempfile.TemporaryDirectory(prefix="hefu-desk-") as scratch:
            papers = Papers(Shelves(Path(scratch), 1))
            papers.refuse_file(error, papers.open(name))
            return Said(self._said(papers), (error,))

    def _put(self, papers: Papers, documents: Sequence[Declaration], used: Mapping[str, str]) -> None:
        """The certificates and exports that matter, as they stand after earlier messages."""
        named = {number for one in documents for number in one.certificate_numbers()}
        exports = {one.related for one in documents if one.related}
        rows = self._rows[Paper.CERTIFICATE]
        about = rows.filter(col("certificate").is_in(named) | col("line_declaration").is_in(exports))
        concerned = rows.join(about.select("certificate").unique(), on="certificate", how="semi")
        behind = concerned.get_column("principal").drop_nulls().unique()
        also = rows.filter(col("certificate").is_in(behind.implode())).join(
            concerned.select("certificate"), on="certificate", how="anti"
        )
        told = pl.concat([concerned, also]).with_columns(
            state=pl.when(col("certificate").is_in(list(used)))
            .then(pl.lit(UseState.USED.value))
            .otherwise("state"),
            held_by=pl.coalesce(
                col("certificate").replace_strict(dict(used), default=None, return_dtype=pl.String), "held_by"
            ),
        )
        spoken = exports | set(told.get_column("line_declaration").drop_nulls())
        spoken -= {one.number for one in documents}
        shipped = self._rows[Paper.DECLARATION].filter(col("declaration").is_in(spoken))
        for paper, frame in ((Paper.CERTIFICATE, told), (Paper.DECLARATION, shipped)):
            for (source,), part in frame.partition_by("source", as_dict=True, maintain_order=True).items():
                papers.add_rows(papers.open(*self._places[source], paper), part.drop("source"), 0)

    def _said(self, papers: Papers) -> Inspection:
        ruleset, policy = self._rules
        judged = judge_all(papers, policy, ruleset)
        papers.assumed.pop("past", None)  # what is given to compare with is not meant to be judged
        said = across_all(papers, judged, policy, _today())
        mine = said.filter(col("declaration").is_not_null())
        return answer(papers, judged, mine, self._rules, datetime.now(SHANGHAI))


class _Own(Shelves):
    """One bucket, in which the declarations of the message are judged, whoever refers to them."""

    def __init__(self, folder: Path, numbers: Iterable[str]) -> None:
        super().__init__(folder, 1)
        self._numbers = pl.Series(list(numbers), dtype=pl.String)

    def put(self, table: str, rows: pl.DataFrame, key: str) -> None:
        if table == "declarations":
            own = col("declaration").is_in(self._numbers.implode())
            rows = rows.with_columns(judged=col("judged") | own)
        super().put(table, rows, key)


def _read(data: bytes, name: str) -> tuple[list[Declaration], list[HefuError]]:
    """The declarations of a file, and what is wrong with it; a message brings no certificates of its own."""
    documents: list[Declaration] = []
    problems: list[HefuError] = []
    for paper in read_papers(data, name, at_desk=True):
        try:
            if isinstance(paper, HefuError):
                raise paper
            documents.append(only(Declaration, paper, name))
        except HefuError as error:
            problems.append(error)
    return documents, problems


def _drawn(told: Inspection, numbers: frozenset[str]) -> dict[str, str]:
    """The certificates that items of these declarations draw on, found by their export too."""
    idle = told.findings.filter(col("code") == "certificate.not_needed")
    named = told.declarations.filter(col("declaration").is_in(numbers) & (col("outcome") == "clears"))
    pairs = named.select("declaration", certificate="certificates").explode("certificate").drop_nulls()
    drawn = pairs.join(idle, on=["declaration", "certificate"], how="anti", maintain_order="left")
    return {certificate: declaration for declaration, certificate in drawn.iter_rows()}


def _today() -> date:
    return datetime.now(SHANGHAI).date()


def _signature(path: Path) -> object:
    """What changes when a file or a folder's files do."""
    try:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        return [(str(one), one.stat().st_size, one.stat().st_mtime_ns) for one in files]
    except OSError as error:
        return str(error)
