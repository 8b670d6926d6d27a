"""Papers made of documents, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.engines.shelves import Shelves
from hefu.inspection.findings.result import Inspection
from hefu.inspection.judging.across import across_all
from hefu.inspection.judging.answer import answer
from hefu.inspection.judging.comparison import judge_all
from hefu.inspection.papers.shelved import Papers
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT

AT = datetime(2026, 3, 20, 4, tzinfo=UTC)
TODAY = date(2026, 3, 20)


def papers_of(documents: Iterable[Declaration | Certificate], folder: Path, buckets: int = 1) -> Papers:
    papers = Papers(Shelves(folder, buckets))
    source = papers.open("papers.json")
    for row, document in enumerate(documents, 1):
        papers.add_document(source, document, row)
    return papers


def inspected(papers: Papers, policy: Policy | None = None) -> Inspection:
    """All that is said of papers."""
    policy = policy or Policy()
    judged = judge_all(papers, policy, CURRENT)
    said = across_all(papers, judged, policy, TODAY)
    return answer(papers, judged, said, (CURRENT, policy), AT)
