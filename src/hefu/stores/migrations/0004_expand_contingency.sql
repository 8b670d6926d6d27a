-- Contingency, and acts of two officers.

CREATE TABLE outage (
    number INTEGER PRIMARY KEY, function TEXT NOT NULL, since TEXT NOT NULL, until TEXT, state TEXT NOT NULL
) STRICT;
CREATE INDEX outage_state ON outage (state);

CREATE TABLE ticket (
    number TEXT PRIMARY KEY, function TEXT NOT NULL, ground TEXT NOT NULL,
    outage_since TEXT NOT NULL, opened_at TEXT NOT NULL, opened_by TEXT NOT NULL, approved_by TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    closed_at TEXT, closed_by TEXT NOT NULL, closing TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_state ON ticket (state);

-- One paper a certificate, for one declaration. What is bound to a declaration moves to no other, and one officer alone
-- binds nothing.
CREATE TABLE paper (
    certificate TEXT PRIMARY KEY, declaration TEXT NOT NULL, ticket TEXT NOT NULL,
    digest TEXT NOT NULL, scan TEXT NOT NULL, served_at TEXT NOT NULL,
    entered_by TEXT NOT NULL, entered_at TEXT NOT NULL, act INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('entered', 'approved', 'settled', 'contested', 'closed')),
    approved_by TEXT NOT NULL, settled_at TEXT,
    CHECK (state IN ('entered', 'closed') OR approved_by <> ''),
    CHECK (approved_by <> entered_by)
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_declaration ON paper (declaration);
CREATE INDEX paper_scan ON paper (scan);
CREATE INDEX paper_state ON paper (state);
CREATE TRIGGER paper_stays BEFORE UPDATE ON paper
    WHEN OLD.state IN ('approved', 'settled', 'contested') AND OLD.declaration <> NEW.declaration
    BEGIN SELECT RAISE(ABORT, 'a paper certificate moved to another declaration'); END;
CREATE TRIGGER paper_is_kept BEFORE DELETE ON paper
    BEGIN SELECT RAISE(ABORT, 'a paper certificate deleted'); END;

CREATE TABLE typed (digest TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER typed_is_written_once BEFORE UPDATE ON typed BEGIN SELECT RAISE(ABORT, 'a typed paper changed'); END;
CREATE TRIGGER typed_is_kept BEFORE DELETE ON typed BEGIN SELECT RAISE(ABORT, 'a typed paper deleted'); END;

CREATE TABLE scan (digest TEXT PRIMARY KEY, media_type TEXT NOT NULL, data BLOB NOT NULL) STRICT;
CREATE TRIGGER scan_is_written_once BEFORE UPDATE ON scan BEGIN SELECT RAISE(ABORT, 'a scan changed'); END;
CREATE TRIGGER scan_is_kept BEFORE DELETE ON scan BEGIN SELECT RAISE(ABORT, 'a scan deleted'); END;

CREATE TABLE contest (
    number INTEGER PRIMARY KEY, code TEXT NOT NULL, certificate TEXT NOT NULL, declaration TEXT NOT NULL,
    other TEXT NOT NULL, ticket TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    closing TEXT NOT NULL, closed_by TEXT NOT NULL, closed_at TEXT
) STRICT;
CREATE INDEX contest_certificate ON contest (certificate);
CREATE INDEX contest_state ON contest (state);
CREATE TRIGGER contest_is_kept BEFORE DELETE ON contest BEGIN SELECT RAISE(ABORT, 'a contest deleted'); END;

-- Whoever proposes an act does not decide it.
CREATE TABLE two_officer_act (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, content TEXT NOT NULL, ground TEXT NOT NULL,
    proposed_by TEXT NOT NULL, proposed_at TEXT NOT NULL, due TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'lapsed')),
    decided_by TEXT NOT NULL, decided_at TEXT, remark TEXT NOT NULL,
    CHECK (state <> 'approved' OR decided_by <> proposed_by)
) STRICT;
CREATE INDEX two_officer_act_state ON two_officer_act (state);
CREATE TRIGGER two_officer_act_is_decided_once BEFORE UPDATE ON two_officer_act WHEN OLD.state <> 'proposed'
    BEGIN SELECT RAISE(ABORT, 'a decided act changed'); END;
CREATE TRIGGER two_officer_act_is_kept BEFORE DELETE ON two_officer_act
    BEGIN SELECT RAISE(ABORT, 'an act of two officers deleted'); END;

-- The ticket under which a declaration was verified on paper.
ALTER TABLE lodgement ADD COLUMN deferred TEXT NOT NULL DEFAULT '';

CREATE INDEX journal_papers ON journal (id) WHERE event = 'paper.approved';
