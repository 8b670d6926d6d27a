-- Both nodes have the same schema; each fills the tables of its side.

-- The store belongs to one side for good, so that a tax store is never opened by a customs node.
CREATE TABLE identity (only INTEGER PRIMARY KEY CHECK (only = 1), side TEXT NOT NULL) STRICT;

-- I7: every change of state. Append only, by trigger.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    number TEXT NOT NULL,
    other TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX journal_number ON journal (number);
CREATE INDEX journal_other ON journal (other) WHERE other <> '';
CREATE TRIGGER journal_is_written_once BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'journal entry changed'); END;
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'journal entry deleted'); END;

-- I4: how far each stream has come, in the same transaction as its effect.
CREATE TABLE cursor (
    way TEXT NOT NULL, stream TEXT NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (way, stream)
) STRICT, WITHOUT ROWID;

-- Messages to the peer. A row is done only when a signed receipt names it.
CREATE TABLE outgoing (
    id INTEGER PRIMARY KEY,
    stream TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
    receipt TEXT,
    UNIQUE (stream, sequence)
) STRICT;
CREATE INDEX outgoing_open ON outgoing (id) WHERE receipt IS NULL;

-- Signed envelopes as they came, as evidence.
CREATE TABLE envelope (
    id TEXT PRIMARY KEY, way TEXT NOT NULL, key_id TEXT NOT NULL, at TEXT NOT NULL, data BLOB NOT NULL
) STRICT;

CREATE TABLE answer (
    caller TEXT NOT NULL, idempotency_key TEXT NOT NULL, request_digest TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (caller, idempotency_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE peer_key (
    key_id TEXT PRIMARY KEY, algorithm TEXT NOT NULL, public_key TEXT NOT NULL,
    not_before TEXT NOT NULL, not_after TEXT
) STRICT;

-- At customs -----------------------------------------------------------------------------------------

CREATE TABLE copy (
    number TEXT PRIMARY KEY, document TEXT NOT NULL, digest TEXT NOT NULL, arrived_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE covering (
    export TEXT NOT NULL, certificate TEXT NOT NULL, PRIMARY KEY (export, certificate)
) STRICT, WITHOUT ROWID;

-- I1, I2: one row says who holds a certificate; there cannot be two. Used and withdrawn are final.
CREATE TABLE holding (
    certificate TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('reserved', 'used', 'withdrawn')),
    declaration TEXT,
    since TEXT NOT NULL,
    CHECK ((state = 'withdrawn') = (declaration IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX holding_declaration ON holding (declaration);
CREATE TRIGGER used_is_final BEFORE UPDATE ON holding WHEN OLD.state <> 'reserved'
    BEGIN SELECT RAISE(ABORT, 'a used or withdrawn certificate changed'); END;
CREATE TRIGGER binding_stays BEFORE UPDATE ON holding WHEN OLD.declaration IS NOT NEW.declaration
    BEGIN SELECT RAISE(ABORT, 'a certificate moved to another declaration'); END;
CREATE TRIGGER used_is_kept BEFORE DELETE ON holding WHEN OLD.state <> 'reserved'
    BEGIN SELECT RAISE(ABORT, 'a used or withdrawn certificate freed'); END;

CREATE TABLE lodgement (
    number TEXT PRIMARY KEY,
    document TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL, revision INTEGER NOT NULL,
    comparison TEXT NOT NULL, draws TEXT NOT NULL,
    lodged_by TEXT NOT NULL, lodged_at TEXT NOT NULL, changed_at TEXT NOT NULL,
    due TEXT, marks TEXT NOT NULL
) STRICT;
CREATE INDEX lodgement_due ON lodgement (due) WHERE due IS NOT NULL;
CREATE INDEX lodgement_held ON lodgement (state) WHERE state = 'held';

CREATE TABLE wait (
    waits_on TEXT NOT NULL, declaration TEXT NOT NULL, PRIMARY KEY (waits_on, declaration)
) STRICT, WITHOUT ROWID;
CREATE INDEX wait_declaration ON wait (declaration);

-- The goods ledger of either side. I5 is a constraint.
CREATE TABLE account (
    goods TEXT PRIMARY KEY, unit TEXT NOT NULL,
    quantity INTEGER NOT NULL, taken INTEGER NOT NULL CHECK (taken BETWEEN 0 AND quantity),
    basis TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- At tax ---------------------------------------------------------------------------------------------

CREATE TABLE issue (
    number TEXT PRIMARY KEY,
    document TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL, usage TEXT NOT NULL,
    declaration TEXT, issued_by TEXT NOT NULL, changed_at TEXT NOT NULL,
    replacement TEXT, replaces TEXT, requests INTEGER NOT NULL, reason TEXT NOT NULL, marks TEXT NOT NULL
) STRICT;

CREATE TABLE cover (
    certificate TEXT NOT NULL, line INTEGER NOT NULL, goods TEXT NOT NULL, quantity INTEGER NOT NULL,
    PRIMARY KEY (certificate, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX cover_goods ON cover (goods);
