"""When a step is done, when it is blocked, and whether it is needed at all: pure functions of what is known, by the names
under which the procedures' files call them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from hefu.documents.certificate import RefundState
from hefu.errors import Text
from hefu.procedures.dossier.deadlines import NEW_RULES
from hefu.procedures.dossier.papers import Kind
from hefu.procedures.steps.known import Known, Told
from hefu.protocol.records import Side


class NotTold(Exception):  # noqa: N818 - an answer that is missing, not an error
    """The node that knows has not told."""

    def __init__(self, side: Side) -> None:
        super().__init__(side)
        self.side = side


def _from(known: Known, side: Side) -> Known:
    if side in known.silent:
        raise NotTold(side)
    return known


# --- whether a step is needed -------------------------------------------------------------------------


def always(_: Known) -> bool:
    """In every case."""
    return True


def agency(known: Known) -> bool:
    """One firm exported for another."""
    return known.is_agency


def refund_open(known: Known) -> bool:
    """The certificate says that the tax is refunded and not reversed yet, or it was so and has been reversed since."""
    told = known.certificate(of_principal=known.is_agency)
    return told is not None and told["document"]["refund_state"] == RefundState.REFUNDED_OPEN.value


def certificate_before_export(known: Known) -> bool:
    """The broad scope: an export declaration needs a certificate itself."""
    exported = known.shipment.exported
    return known.policy.scope == "broad" and (exported is None or exported[0] >= NEW_RULES)


def reported(known: Known) -> bool:
    """The agent reports its consignors for the quarter of this export."""
    return "agent_report" in known.due


# --- what is done, and by which paper -----------------------------------------------------------------

Evidence = str | None
"""The number of what shows that a step is done, empty where nothing is numbered; ``None``: it is not done."""


def return_papers(known: Known) -> Evidence:
    """Agreement, quality report and explanation are there, or the application for which they are wanted is."""
    told = [known.papers(one) for one in (Kind.RETURN_AGREEMENT, Kind.QUALITY_REPORT, Kind.EXPLANATION)]
    return ", ".join(told) if all(told) else applied(known)


def explained(known: Known) -> Evidence:
    """An explanation is there, or the application for which it is wanted is."""
    return known.papers(Kind.EXPLANATION) or applied(known)


def refund_settled(known: Known) -> Evidence:
    """Nothing is claimed, or it has gone back, or a certificate says how it stands."""
    told = _from(known, Side.TAX)
    open_ones = told.goods("claimed") + told.goods("refunded")
    back = told.goods("reversed") + told.goods("repaid")
    if known.certificate(of_principal=known.is_agency) is not None:
        return ""
    return "" if not open_ones or back else None


def principal_certified(known: Known) -> Evidence:
    """The principal has its certificate."""
    return _number(_from(known, Side.TAX).certificate(of_principal=True))


def applied(known: Known) -> Evidence:
    """An application waits or has led to a certificate."""
    told = _from(known, Side.TAX)
    application = told.application()
    if application is not None and application["state"] in ("filed", "approved"):
        return str(application["number"])
    return _number(told.certificate())


def certified(known: Known) -> Evidence:
    """The certificate is in force."""
    return _number(_from(known, Side.TAX).certificate())


def declared(known: Known) -> Evidence:
    """The act lies at customs and its comparison has passed, or it is through."""
    act = _from(known, Side.CUSTOMS).act
    return _number(act) if act and act["state"] in ("reserved", "released") else None


def released(known: Known) -> Evidence:
    """Customs has released the act."""
    act = _from(known, Side.CUSTOMS).act
    return _number(act) if act and act["state"] == "released" else None


def use_told(known: Known) -> Evidence:
    """Tax knows that the certificate is used."""
    certificate = _from(known, Side.TAX).certificate()
    used = certificate is not None and certificate["usage"] == "used"
    return str(certificate["declaration"]) if certificate and used else None


def amended_at_tax(known: Known) -> Evidence:
    """The amended record has come to tax, by this act."""
    ledger, act = _from(known, Side.TAX).ledger, known.act
    amendments = ledger.get("amendments", ()) if ledger else ()
    return str(act["number"]) if act and act["number"] in amendments else None


def reversed_or_repaid(known: Known) -> Evidence:
    """What the certificate owes has gone back."""
    owed = [one["certificate"] for item in _from(known, Side.TAX).items() for one in item["obligations"]]
    certificate = known.certificate(of_principal=known.is_agency)
    return "" if certificate is not None and certificate["number"] not in owed else None


def claimed_afterwards(known: Known) -> Evidence:
    """A refund is claimed for the goods as amended."""
    told = [one["paper"] for one in _from(known, Side.TAX).claims() if one["state"] in ("accepted", "paid")]
    return ", ".join(dict.fromkeys(told)) or None


def agreed(known: Known) -> Evidence:
    """The agency agreement is there, or what follows from it."""
    told = known.papers(Kind.AGREEMENT) or known.papers(Kind.AGENCY_CERTIFICATE)
    return told or (exported(known) if known.is_agency else None)


def exported(known: Known) -> Evidence:
    """The export declaration is released."""
    lodged = _from(known, Side.CUSTOMS).lodged
    return known.export if lodged and lodged["state"] == "released" else None


def export_declared(known: Known) -> Evidence:
    """The export declaration lies at customs and has passed the comparison, or is through."""
    lodged = _from(known, Side.CUSTOMS).lodged
    return known.export if lodged and lodged["state"] in ("reserved", "released") else None


def agency_certified(known: Known) -> Evidence:
    """The certificate of agency export is issued."""
    told = [one["agency"] for item in _from(known, Side.TAX).items() for one in item["agency_certificates"]]
    return ", ".join(dict.fromkeys(told)) or None


def principal_claimed(known: Known) -> Evidence:
    """The principal has claimed by the certificate of agency export."""
    told = [one["paper"] for one in _from(known, Side.TAX).claims() if one["agency_certificate"]]
    return ", ".join(dict.fromkeys(told)) or None


def on_file(known: Known) -> Evidence:
    """The papers of the claim are on file."""
    return known.papers(Kind.FILE_LIST) or None


def report_made(known: Known) -> Evidence:
    """The report of the quarter is there."""
    return known.papers(Kind.AGENT_REPORT) or None


def _number(told: Told | None) -> Evidence:
    return str(told["number"]) if told else None


# --- what stands in the way ---------------------------------------------------------------------------


_STATES: Final = {
    "lodged": "已申报",
    "held": "扣留",
    "reserved": "已预留",
    "withdrawn": "已撤回",
    "refused": "已退单",
}


def not_exported(known: Known) -> Text | None:
    """There is nothing to return, amend or withdraw before release."""
    if exported(known) is not None:
        return None
    if known.lodged is None:
        return Text(
            f"海关没有出口报关单 {known.export} 的放行记录; 先申报出口并放行",
            f"customs has no release of export declaration {known.export} on record; it is declared and released first",
        )
    state = known.lodged["state"]
    return Text(
        f"出口报关单 {known.export} 未放行 ({_STATES.get(state, state)}); 放行前直接更正或撤回",
        f"the export declaration {known.export} is not released ({state}); before release it is corrected or withdrawn",
    )


def rejected(known: Known) -> Text | None:
    """The last application was rejected."""
    told = _from(known, Side.TAX).application()
    if told is None or told["state"] != "rejected":
        return None
    return Text(
        f"申请 {told['number']} 已驳回: {told['reason']}; 用新流水号另行申请",
        f"application {told['number']} was rejected: {told['reason']}; apply anew under another serial",
    )


def held(known: Known) -> Text | None:
    """The act is held at customs."""
    return _held(known.act)


def export_held(known: Known) -> Text | None:
    """The export declaration is held at customs."""
    return _held(known.lodged)


def _held(told: Told | None) -> Text | None:
    if told is None or told["state"] != "held":
        return None
    blocking = [one for one in told.get("findings", ()) if one["severity"] == "block"]
    codes = ", ".join(dict.fromkeys(str(one["code"]) for one in blocking))
    first = blocking[0]["remedy"] if blocking else {"zh": "", "en": ""}
    return Text(
        f"{told['number']} 被扣留: {codes}; {first['zh']}",
        f"{told['number']} is held: {codes}; {first['en']}",
    )


def return_window_closed(known: Known) -> Text | None:
    """Goods that come back late are not exempt."""
    due = known.due.get("return_window")
    if due is None or due.day is None or known.today <= due.day:
        return None
    return Text(
        f"退运免税期已于 {due.day} 届满: 一般不免税, 征免由海关确认",
        f"the period of duty-free return ended on {due.day}: usually not exempt, customs decides",
    )


def certificate_voided(known: Known) -> Text | None:
    """Tax asks customs whether the certificate may be voided: no act can take it meanwhile."""
    told = _from(known, Side.TAX).certificate()
    if told is None or told["state"] != "void_requested":
        return None
    return Text(
        f"证明 {told['number']} 正在作废, 等海关答复",
        f"certificate {told['number']} is being voided; customs has to answer",
    )


def claim_barred(known: Known) -> Text | None:
    """No claim is accepted while the certificate's reversal is open."""
    owed = [one for item in _from(known, Side.TAX).items() for one in item["obligations"]]
    if not owed:
        return None
    numbers = ", ".join(dict.fromkeys(one["certificate"] for one in owed))
    return Text(
        f"证明 {numbers} 的退税未冲减: 须随本次申报冲减",
        f"what certificate {numbers} owes must be reversed in this claim",
    )


NEEDED: Final[Mapping[str, Callable[[Known], bool]]] = {
    one.__name__: one for one in (always, agency, refund_open, certificate_before_export, reported)
}
DONE: Final[Mapping[str, Callable[[Known], Evidence]]] = {
    one.__name__: one
    for one in (
        return_papers, explained, refund_settled, principal_certified, applied, certified, declared, released, use_told,
        amended_at_tax, reversed_or_repaid, claimed_afterwards, agreed, exported, export_declared, agency_certified,
        principal_claimed, on_file, report_made,
    )
}  # fmt: skip
WARNINGS: Final[Mapping[str, Callable[[Known], Text | None]]] = {
    one.__name__: one
    for one in (
        not_exported, rejected, held, export_held, return_window_closed, certificate_voided, claim_barred,
    )
}  # fmt: skip
