"""One message against the papers of a desk: the inspection of a folder, for what concerns this message alone."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl

from hefu.documents.certificate import Certificate
from hefu.documents.fields import SHANGHAI
from hefu.documents.readers.json_documents import read_papers
from hefu.engines.shelves import Shelves
from hefu.errors import HefuError
from hefu.inspection.across import across_all, certificates_told
from hefu.inspection.answer import answer
from hefu.inspection.fields import Paper
from hefu.inspection.judging import judge_all
from hefu.inspection.papers import Papers
from hefu.inspection.parting import schema_of
from hefu.inspection.reading import Given, read_all
from hefu.inspection.result import Inspection
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet

col = pl.col


class Desk:
    """The certificates at hand, and the export declarations that returns refer to; read anew when they change."""

    def __init__(
        self, certificates: Sequence[Path], exports: Sequence[Path], ruleset: RuleSet, policy: Policy
    ) -> None:
        self._given = [Given(certificates, Paper.CERTIFICATE), Given(exports, Paper.DECLARATION)]
        self._rules = (ruleset, policy)
        self._seen: object = None
        self._rows: dict[Paper, pl.DataFrame] = {}
        self.unread = 0
        """Rows and files of these papers that could not be read."""

    def refresh(self) -> bool:
        """Read the papers if any of their files has changed; whether it has."""
        now = [_signature(path) for one in self._given for path in one.paths]
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
            self.unread = papers.refused().height
        self._seen = now
        return True

    def judge(self, data: bytes, name: str, used: Mapping[str, str]) -> tuple[Inspection, set[str]]:
        """What is said of the messages in a file, and the certificates that they draw on. ``used``: certificates that
        earlier messages took, with their declaration numbers.
        """
        with tempfile.TemporaryDirectory(prefix="hefu-desk-") as scratch:
            papers = Papers(Shelves(Path(scratch), 1))
            source = papers.open(name)
            named, exports, own = self._lay_out(papers, data, name, source)
            self._put(papers, named, exports - own, used)
            return self._said(papers), named & set(self._rows[Paper.CERTIFICATE].get_column("certificate"))

    def _lay_out(
        self, papers: Papers, data: bytes, name: str, source: int
    ) -> tuple[set[str], set[str], set[str]]:
        """The messages of a file; the certificates and export declarations that they name, and their own numbers."""
        named: set[str] = set()
        exports: set[str] = set()
        own: set[str] = set()
        for row, paper in enumerate(read_papers(data, name, at_desk=True), 1):
            if isinstance(paper, HefuError):
                papers.refuse_file(paper, source, row)
            elif isinstance(paper, Certificate):
                papers.add_document(source, paper, row)
            else:
                papers.add_document(source, paper, row)
                own.add(paper.number)
                named.update(paper.certificate_numbers())
                exports.update([paper.related] if paper.related else [])
        return named, exports, own

    def _put(self, papers: Papers, named: set[str], exports: set[str], used: Mapping[str, str]) -> None:
        """The certificates and exports that matter, as they stand after earlier messages."""
        rows = self._rows[Paper.CERTIFICATE]
        concerned = rows.filter(col("certificate").is_in(named) | col("line_declaration").is_in(exports))
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
        spoken = exports | set(concerned.get_column("line_declaration").drop_nulls())
        shipped = self._rows[Paper.DECLARATION].filter(col("declaration").is_in(spoken))
        for paper, frame in ((Paper.CERTIFICATE, told), (Paper.DECLARATION, shipped)):
            source = papers.open("", "", paper)
            papers.add_rows(source, frame.drop("source"), 0)

    def _said(self, papers: Papers) -> Inspection:
        ruleset, policy = self._rules
        judged = judge_all(papers, policy, ruleset)
        certificates = certificates_told(papers.shelves, policy)
        said = across_all(papers, judged, certificates, policy, _today())
        mine = said.filter(col("declaration").is_not_null())
        return answer(papers, judged, certificates, mine, self._rules, datetime.now(SHANGHAI))


def _today() -> date:
    return datetime.now(SHANGHAI).date()


def _signature(path: Path) -> object:
    """What changes when a file or a folder's files do."""
    try:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        return [(str(one), one.stat().st_size, one.stat().st_mtime_ns) for one in files]
    except OSError as error:
        return str(error)
