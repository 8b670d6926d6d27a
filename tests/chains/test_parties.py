"""Who is who: identifiers, then names, and likeness only with a second fact."""

from __future__ import annotations

from typing import Any

from hefu.chains.parties import Parties, resolve
from tests.chains.builders import declared, firm, tables

FIRM = "宁波经济技术开发区华岳进出口有限公司"
LIKE = "宁波经济技术开发区华嶽进出口有限公同"


def resolved(trader: dict[str, Any], *more: dict[str, Any], **told: Any) -> Parties:
    firms = [
        firm(
            "91330200A",
            firm_name=FIRM,
            customs_code="3302960001",
            former_names="宁波华岳贸易有限公司; 华岳外贸",
        ),
        firm("91330200B", firm_name="温州乙公司"),
    ]
    return resolve(tables(declarations=[declared("D1", "") | trader, *more], firms=told.pop("firms", firms), **told))  # fmt: skip


def who(trader: dict[str, Any]) -> tuple[str | None, str | None]:
    told = resolved(trader)
    one = told.tables["declarations"]["trader"][0]
    return one, told.how.get(one)


def test_identifiers_come_first() -> None:
    assert who({"trader": "91330200a ", "trader_name": "温州乙公司"}) == ("91330200A", None)
    assert who({"trader": "3302960001"}) == ("91330200A", None), "a customs code leads to its firm"
    assert who({"trader": "3302969999", "trader_name": FIRM}) == ("3302969999", None), (
        "a code nobody has stays itself"
    )


def test_then_names_with_the_reason_kept() -> None:
    assert who({"trader_name": " 宁波经济技术开发区華岳進出口有限公司"})[0] == "91330200A"
    assert who({"trader_name": "华岳外贸"}) == ("91330200A", "former name")
    assert who({"trader_name": "杭州丙公司"}) == ("name:杭州丙公司", "name alone")


def test_a_name_that_two_firms_have_is_a_party_of_its_own() -> None:
    told = resolved({"trader_name": "双胞胎公司"}, firms=[firm(one, firm_name="双胞胎公司") for one in "XY"])
    assert told.tables["declarations"]["trader"][0] == "name:双胞胎公司"
    assert told.how["name:双胞胎公司"] == "two firms of this name"


def test_likeness_alone_joins_nobody() -> None:
    assert who({"trader_name": LIKE})[0] == f"name:{LIKE}".replace("嶽", "岳")


def test_likeness_with_a_rare_counterparty_in_common_joins() -> None:
    both = [{"agreement": "G1", "agent": "RARE", "principal": "91330200A"}]
    told = resolved({"trader_name": LIKE, "owner": "RARE"}, agreements=both)
    assert told.tables["declarations"]["trader"][0] == "91330200A"
    assert told.how["91330200A"].startswith("like name")
    hub = [declared(f"H{n}", f"F{n}", owner="RARE") for n in range(30)]
    told = resolved({"trader_name": LIKE, "owner": "RARE"}, *hub, agreements=both)
    assert told.tables["declarations"]["trader"][0].startswith("name:"), (
        "whoever deals with everybody tells nothing"
    )


def test_foreign_parties_get_an_entity_by_their_name() -> None:
    told = resolved({"trader": "91330200A", "consignee_name": "ACME, L.L.C."})
    assert told.tables["declarations"]["consignee_id"][0] == "name:acmellc"
    assert told.names["name:acmellc"] == "ACME, L.L.C."
    assert told.names["91330200A"] == FIRM


def test_one_full_name_with_a_customs_code_and_with_a_uscc_is_one_firm_though_the_registry_lacks_it() -> None:
    uscc, code = "91330200MA2ABCDE1X", "3302969999"
    told = resolved(
        {"trader": code, "trader_name": "舟山丙公司"},
        declared("D2", uscc, trader_name="舟山丙公司"),
        declared("D3", "", trader_name="舟山丙公司"),
    )
    assert set(told.tables["declarations"]["trader"]) == {uscc}
    assert told.how[uscc] == "one full name, with USCC and with customs code"
    two = resolved(
        {"trader": code, "trader_name": "舟山丙公司"},
        declared("D2", uscc, trader_name="舟山丙公司"),
        declared("D3", "91330900MA2ABCDE2Y", trader_name="舟山丙公司"),
    )
    assert code in set(two.tables["declarations"]["trader"]), "two firms have this name"


def test_a_name_without_its_legal_form_is_the_firm_on_whose_paper_it_stands() -> None:
    short = FIRM.removesuffix("有限公司")
    own = {"trader": "91330200A", "trader_name": FIRM, "owner": None, "owner_name": short}
    told = resolved(own)
    assert told.tables["declarations"]["owner"][0] == "91330200A"
    assert told.how["91330200A"] == "name without its legal form, on one paper with 91330200A"
    others = resolved({"trader": "91330200B", "owner": None, "owner_name": short})
    assert others.tables["declarations"]["owner"][0] == f"name:{short}", "somebody else's paper"
