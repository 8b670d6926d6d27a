-- Refunds at tax. I6 is a constraint: what is claimed and what certificates cover share the goods, but for what a
-- certificate owes.
ALTER TABLE account ADD COLUMN owed INTEGER NOT NULL DEFAULT 0 CHECK (owed BETWEEN 0 AND taken);
ALTER TABLE account ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0
    CHECK (claimed BETWEEN 0 AND quantity - taken + owed);

CREATE TABLE export (
    number TEXT PRIMARY KEY, document TEXT NOT NULL, revision INTEGER NOT NULL, arrived_at TEXT NOT NULL,
    amendments TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE claim (
    number TEXT PRIMARY KEY, document TEXT NOT NULL, digest TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'accepted', 'paid', 'refused', 'recalled')),
    claimant TEXT NOT NULL, filed_by TEXT NOT NULL, changed_at TEXT NOT NULL,
    waits_for TEXT NOT NULL, problems TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_claimant ON claim (claimant);
CREATE INDEX claim_state ON claim (state);
CREATE TRIGGER claim_is_decided_once BEFORE UPDATE ON claim WHEN OLD.state IN ('paid', 'refused', 'recalled')
    BEGIN SELECT RAISE(ABORT, 'a decided claim changed'); END;
CREATE TRIGGER claim_is_kept BEFORE DELETE ON claim BEGIN SELECT RAISE(ABORT, 'a claim deleted'); END;

CREATE TABLE refund_line (
    paper TEXT NOT NULL, line INTEGER NOT NULL, goods TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('claimed', 'reversed', 'repaid', 'stated')), claimant TEXT NOT NULL,
    quantity INTEGER NOT NULL, remaining INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND quantity),
    vat INTEGER NOT NULL CHECK (vat >= 0), consumption_tax INTEGER NOT NULL CHECK (consumption_tax >= 0),
    agency TEXT NOT NULL,
    PRIMARY KEY (paper, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX refund_line_goods ON refund_line (goods);

CREATE TABLE repaid (
    payment_slip TEXT PRIMARY KEY, document TEXT NOT NULL, digest TEXT NOT NULL,
    entered_by TEXT NOT NULL, entered_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE obligation (
    certificate TEXT NOT NULL, line INTEGER NOT NULL, goods TEXT NOT NULL, claimant TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0), since TEXT NOT NULL,
    PRIMARY KEY (certificate, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX obligation_goods ON obligation (goods);
CREATE INDEX obligation_claimant ON obligation (claimant);

CREATE TABLE agency (
    number TEXT PRIMARY KEY, document TEXT NOT NULL, digest TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('issued', 'voided')), issued_by TEXT NOT NULL, changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE agency_line (
    agency TEXT NOT NULL, line INTEGER NOT NULL, goods TEXT NOT NULL,
    quantity INTEGER NOT NULL, claimed INTEGER NOT NULL CHECK (claimed BETWEEN 0 AND quantity),
    PRIMARY KEY (agency, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX agency_line_goods ON agency_line (goods);

-- Which certificates an act has used: an amendment that has taken effect ends what they cover.
CREATE INDEX issue_declaration ON issue (declaration) WHERE declaration IS NOT NULL;
