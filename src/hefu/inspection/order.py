"""An inspection from what is asked to the reports that are written: the one way in which everybody runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hefu.inspection import live, report
from hefu.inspection.fields.mapping import Mapping
from hefu.inspection.findings.noticed import Look
from hefu.inspection.inspect import Inspected, inspect
from hefu.inspection.papers.reading import Given
from hefu.inspection.progress import Progress
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: papers, the rules they are held against, and the reports to write (``report.write`` says
    which, ``language`` is that of workbooks). ``today`` (Shanghai) is the day on which periods are counted; ``node`` the
    customs node that is asked, with ``token``, where each certificate stands; ``look`` says how the declarations look to
    somebody who looks for chains.
    """

    given: Sequence[Given]
    rules: tuple[RuleSet, Policy]
    out: Sequence[Path] = ()
    language: str = ""
    mapping: Mapping | None = None
    today: date | None = None
    node: str = ""
    token: str = ""
    look: Look | None = None

    def fulfil(self, progress: Progress) -> Inspected:
        """Inspect, ask, write. Raises as :func:`hefu.inspection.report.write` and ``live.beside`` do, and what is wrong
        with the files to write before anything is read.
        """
        for file in self.out:
            report.check(file)
        ruleset, policy = self.rules
        told = inspect(
            self.given,
            policy,
            ruleset,
            mapping=self.mapping,
            today=self.today,
            progress=progress,
            look=self.look,
        )
        answer = told.answer
        if self.node:
            progress.step("ask", answer.certificates.height + len(answer.details))
            answer = live.beside(answer, self.node, self.token, progress.advance)
        for file in self.out:
            progress.step("write", 0)
            report.write(answer, file, self.language)
        return Inspected(answer, told.layouts)
