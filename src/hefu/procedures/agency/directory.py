"""What the papers together tell about each firm: a declaration may carry a customs code only, the form wants the USCC."""

from __future__ import annotations

from collections.abc import Iterable

from hefu.documents.declaration import Declaration
from hefu.procedures.agency.agreements import Agreement, Firm, firm_of

_FIELDS = ("name", "uscc", "customs_code", "taxpayer_id", "country")


class Directory:
    """Firms by code, each with all that any paper tells of it; what is told first stays."""

    def __init__(
        self, agreements: Iterable[Agreement], declarations: Iterable[Declaration], agent: Firm
    ) -> None:
        self._known: dict[str, Firm] = {}
        self._add(agent)
        for one in agreements:
            for firm in (one.agent, one.principal, one.consignor):
                if firm is not None:
                    self._add(firm)
        for declaration in declarations:
            for party in declaration.parties():
                self._add(firm_of(party))

    def _add(self, firm: Firm) -> None:
        for code in firm.codes:
            self._known[code] = _joined(self._known.get(code), firm)

    def completed(self, firm: Firm) -> Firm:
        """The firm with what it lacks from other papers; its own word stands."""
        for code in sorted(firm.codes):
            firm = _joined(firm, self._known.get(code))
        return firm


def _joined(first: Firm | None, second: Firm | None) -> Firm:
    given = [one for one in (first, second) if one is not None]
    told = {name: next(filter(None, (getattr(one, name) for one in given)), None) for name in _FIELDS}
    return Firm(**told)
