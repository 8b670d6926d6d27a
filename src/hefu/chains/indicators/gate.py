"""Around the certificate and the gate (group A): what happens when something was held, voided or sent back."""

from __future__ import annotations

import polars as pl

from hefu.chains.facts import AGENTS, Facts
from hefu.chains.indicators.indicator import HITS, Limits, days, hits, met, mutual, percent, worded

_STOPPED = ("held", "refused", "withdrawn")


def header_swap(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A1: goods that were stopped under one trader come again under another, or under the same one as another owner's."""
    swaps = pl.concat([_same_goods(facts, limits), _same_box(facts, limits)])
    if not swaps.height:
        return HITS.to_frame()
    agreed = facts.agreed.select(trader="agent", owner="principal", agreed="signed")
    reported = facts.reported.select("declaration", trader="agent", owner="consignor").with_columns(
        reported=True
    )
    is_title = pl.col("trader") != pl.col("stopped_trader")
    fitting = (
        swaps.join(agreed, on=["trader", "owner"], how="left")
        .join(reported, on=["declaration", "trader", "owner"], how="left")
        .filter(
            ~(
                pl.col("reported").fill_null(value=False)
                & (pl.col("agreed") <= pl.when(is_title).then("lodged").otherwise("stopped_on")).fill_null(
                    value=False
                )
            )
        )
        .with_columns(
            now=pl.when(is_title).then("trader").otherwise("owner"),
            before=pl.when(is_title).then("stopped_trader").otherwise("stopped_owner"),
        )
    )
    both = worded("{} → {}", "stopped", "declaration")
    told = {
        "value": both,
        "against": worded("{} d", days(pl.col("lodged"), pl.col("stopped_on"))),
        "on": "lodged",
        "fen": "fob",
    }
    return pl.concat(
        [
            hits(fitting, table="D", field="trader", party="now", other="before", declaration="declaration", document="declaration", **told),
            hits(fitting, table="D", field="trader", party="before", other="now", declaration="stopped", document="stopped", **told),
        ]
    )  # fmt: skip


def _stopped(facts: Facts) -> pl.DataFrame:
    heads = facts.heads
    taken_back = heads.filter(pl.col("act") == "withdrawal").select(
        declaration="covers", back=pl.col("lodged")
    )
    return (
        heads.filter(pl.col("act") == "export")
        .join(taken_back.drop_nulls("declaration").unique("declaration"), on="declaration", how="left")
        .filter(pl.col("state").is_in(_STOPPED) | pl.col("back").is_not_null())
        .select(
            stopped="declaration", stopped_on="lodged", stopped_trader="trader", stopped_owner="owner",
            destination="destination", declarant="declarant",
        )
    )  # fmt: skip


def _same_goods(facts: Facts, limits: Limits) -> pl.DataFrame:
    """By code of eight digits, quantity, and either the owner, or destination and declarant with the weight."""
    lines = facts.table("lines").with_columns(hs8=pl.col("hs").str.slice(0, 8))
    first = _stopped(facts).join(
        lines.select(stopped="declaration", hs8="hs8", was="quantity", weighed="net_weight"), on="stopped"
    )
    later = facts.heads.filter(pl.col("act") == "export").join(
        lines.select("declaration", "hs8", "quantity", "net_weight"), on="declaration"
    )
    near = (days(pl.col("lodged"), pl.col("stopped_on"))).is_between(0, limits["days"])
    same = (pl.col("quantity") - pl.col("was")).abs() <= limits["near"] * pl.col("was")
    weight = (pl.col("net_weight") - pl.col("weighed")).abs() <= limits["near"] * pl.col("weighed")
    owner = pl.col("owner").eq(pl.col("stopped_owner")) & (pl.col("owner") != pl.col("trader"))
    return (
        met(
            first.rename({"declarant": "was_declarant"}), later,
            near & same & (pl.col("stopped") != pl.col("declaration")),
            ((pl.col("trader") != pl.col("stopped_trader")) & owner) | (_is_another() & pl.col("declarant").eq(pl.col("was_declarant")) & weight),
            on=["hs8", "destination"],
        )
        .select("stopped", "stopped_on", "stopped_trader", "stopped_owner", "declaration", "lodged", "trader", "owner", "fob")
        .unique()
    )  # fmt: skip


def _is_another() -> pl.Expr:
    """Another trader, or another owner for whom the same trader exports; an owner that was left out is no other one."""
    owner = (
        (pl.col("owner") != pl.col("stopped_owner"))
        & (pl.col("owner") != pl.col("trader"))
        & (pl.col("stopped_owner") != pl.col("trader"))
    )
    return (pl.col("trader") != pl.col("stopped_trader")) | owner.fill_null(value=False)


def _same_box(facts: Facts, limits: Limits) -> pl.DataFrame:
    """By container and seal: a seal is broken once."""
    boxes = facts.table("transport").select("declaration", "container", "seal").drop_nulls().unique()
    first = _stopped(facts).join(boxes.rename({"declaration": "stopped"}), on="stopped")
    later = facts.heads.filter(pl.col("act") == "export").join(boxes, on="declaration")
    return (
        first.select("stopped", "stopped_on", "stopped_trader", "stopped_owner", "container", "seal")
        .join(later, on=["container", "seal"])
        .filter(
            days(pl.col("lodged"), pl.col("stopped_on")).is_between(0, limits["days"]),
            _is_another(),
        )
        .select(
            "stopped",
            "stopped_on",
            "stopped_trader",
            "stopped_owner",
            "declaration",
            "lodged",
            "trader",
            "owner",
            "fob",
        )
    )


def other_holder(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A2: the holder of a certificate is neither trader nor owner of what it is used for."""
    del limits
    agreed = facts.agreed.select(trader="agent", holder="principal").with_columns(agreed=True)
    used = (
        facts.table("certificates")
        .with_columns(of=pl.coalesce("declaration", "export"))
        .join(facts.heads.select(of="declaration", trader="trader", owner="owner", fob="fob"), on="of")
        .join(agreed, on=["trader", "holder"], how="left")
        .filter(
            pl.col("holder") != pl.col("trader"),
            pl.col("holder").ne_missing(pl.col("owner")),
            pl.col("agreed").is_null(),
        )
    )
    told = {
        "document": "certificate",
        "declaration": "of",
        "value": "holder",
        "against": "trader",
        "on": pl.coalesce("used", "issued"),
        "fen": "fob",
    }
    return mutual(used, "trader", "holder", table="C", field="holder", **told)


def refund_despite_certificate(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A3: a live certificate says "not refunded" while somebody claims, or was paid, for the same goods."""
    del limits
    live = facts.table("certificates").filter(
        pl.col("refund_state") == "not_claimed",
        pl.col("ended").is_null(),
        pl.col("export").is_not_null(),
        pl.col("purpose")
        != "export",  # before export nothing can have been claimed yet: that says nothing of later
    )
    claims = facts.table("claims").filter(pl.col("state").is_in(["claimed", "paid"]))
    exported = facts.table("lines").select(export="declaration", of="item", exported="quantity")
    both = (
        live.select("certificate", "purpose", "holder", "issued", "export", "item", certified="quantity")
        .join(
            claims.select(
                "claim", "claimant", "refund", "claimed", export="declaration", of="item", asked="quantity"
            ),
            on="export",
        )
        .filter(pl.col("item").is_null() | pl.col("of").is_null() | (pl.col("item") == pl.col("of")))
        .join(exported, on=["export", "of"], how="left")
        # Amended goods stay abroad and may be claimed for later; they may not have been before.
        .filter((pl.col("purpose") != "amendment") | (pl.col("claimed") <= pl.col("issued")))
        # A part may come back while the rest is refunded: only goods that both speak of are a contradiction.
        .filter((pl.col("certified") + pl.col("asked") > pl.col("exported")).fill_null(value=True))
    )
    told = {
        "document": "certificate",
        "declaration": "export",
        "value": worded("{} / {}", "certificate", "claim"),
        "against": pl.lit("not_claimed"),
        "on": pl.max_horizontal("issued", "claimed"),
        "fen": "refund",
    }
    return mutual(both, "holder", "claimant", table="C", field="refund_state", **told)


def certificate_churn(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A4: many certificates of one holder are voided or issued again, far more than at others."""
    held = (
        facts.table("certificates")
        .group_by(party="holder")
        .agg(
            issued=pl.col("certificate").n_unique(),
            gone=pl.col("certificate").filter(pl.col("ended").is_not_null() | pl.col("replaces").is_not_null()).n_unique(),
            last=pl.col("issued").max(),
            one=pl.col("certificate").filter(pl.col("ended").is_not_null()).sort().first(),
        )
        .with_columns(usual=pl.col("gone").sum() / pl.col("issued").sum())
        .filter(
            pl.col("issued") >= limits["least"],
            pl.col("gone") >= limits["gone"],
            pl.col("gone") / pl.col("issued") > limits["times"] * pl.col("usual"),
        )
    )  # fmt: skip
    return hits(
        held, table="C", field="ended", party="party", document="one",
        value=worded("{} / {}", "gone", "issued"), against=percent(pl.col("usual")), on="last",
    )  # fmt: skip


def party_changed(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A5: an amendment names another trader or owner than the export that it amends."""
    del limits
    was = facts.heads.select(covers="declaration", was="trader", was_owner="owner", was_fob="fob")
    changed = (
        facts.heads.filter(pl.col("act") == "amendment")
        .join(was, on="covers")
        .with_columns(
            now=pl.when(pl.col("trader") != pl.col("was")).then("trader").otherwise("owner"),
            before=pl.when(pl.col("trader") != pl.col("was")).then("was").otherwise("was_owner"),
        )
        .filter(pl.col("now") != pl.col("before"))
    )
    return hits(
        changed, table="D", field="trader", party="was", other="now", declaration="covers", document="declaration",
        value="now", against="before", on="lodged", fen="was_fob",
    )  # fmt: skip


def return_and_again(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A6: goods come back and go out again soon, code and quantity the same, more than once."""
    lines = facts.table("lines").with_columns(hs8=pl.col("hs").str.slice(0, 8))
    back = facts.heads.filter(pl.col("act") == "return").join(
        lines.select("declaration", "hs8", "quantity"), on="declaration"
    )
    again = facts.items.select(
        again="declaration", went="lodged", party="trader", hs8="hs8", out="quantity", worth="fob"
    )
    loops = (
        back.select("declaration", "lodged", "hs8", "quantity", "covers", party="trader")
        .join(again, on=["party", "hs8"])
        .filter(
            days(pl.col("went"), pl.col("lodged")).is_between(0, limits["days"]),
            pl.col("again").ne_missing(pl.col("covers")),
            (pl.col("out") - pl.col("quantity")).abs() <= limits["near"] * pl.col("quantity"),
        )
        .unique(["declaration", "hs8"], maintain_order=True)
        .with_columns(times=pl.len().over("party"))
        .filter(pl.col("times") >= limits["times"])
    )
    return hits(
        loops, table="D", field="covers", party="party", declaration="again", document="declaration",
        value=worded("{} → {}", "declaration", "again"), against=worded("{} ×", "times"), on="went", fen="worth",
    )  # fmt: skip


def paper_share(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A7: one holder presents certificates on paper far more often than others do."""
    held = (
        facts.table("certificates")
        .filter(pl.col("used").is_not_null())
        .group_by(party="holder")
        .agg(
            used=pl.col("certificate").n_unique(),
            paper=pl.col("certificate").filter(pl.col("on_paper")).n_unique(),
            one=pl.col("certificate").filter(pl.col("on_paper")).sort().first(),
            last=pl.col("used").max(),
        )
        .with_columns(usual=pl.col("paper").sum() / pl.col("used").sum())
        .filter(
            pl.col("paper") >= limits["least"],
            pl.col("paper") / pl.col("used") > limits["times"] * pl.col("usual"),
        )
    )
    return hits(
        held, table="C", field="on_paper", party="party", document="one",
        value=worded("{} / {}", "paper", "used"), against=percent(pl.col("usual")), on="last",
    )  # fmt: skip


def certificate_districts(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A8: a small holder, no agent by trade, has certificates for goods of many unrelated districts."""
    origin = facts.table("lines").select(export="declaration", item="item", district="district")
    held = (
        facts.table("certificates")
        .select("certificate", "holder", "export", "item", "issued")
        .join(origin, on="export")
        .join(facts.kinds.select(holder="firm", kind="kind"), on="holder", how="left")
        .filter(~pl.col("kind").is_in(AGENTS).fill_null(value=False))
        .group_by(party="holder")
        .agg(
            issued=pl.col("certificate").n_unique(),
            districts=pl.col("district").n_unique(),
            one=pl.col("certificate").sort().first(),
            last=pl.col("issued").max(),
        )
        .filter(
            pl.col("issued").is_between(limits["least"], limits["most"]),
            pl.col("districts") >= limits["districts"],
        )
    )
    return hits(
        held, table="C", field="district", party="party", document="one", value=worded("{}", "districts"),
        against=worded("{}", "issued"), on="last",
    )  # fmt: skip
