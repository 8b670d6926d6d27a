-- Applications for a certificate at tax. Decided once; approved only with the certificates that came of it.

CREATE TABLE application (
    serial TEXT PRIMARY KEY, document TEXT NOT NULL, digest TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('filed', 'approved', 'rejected', 'withdrawn')),
    filed_by TEXT NOT NULL, filed_at TEXT NOT NULL,
    decided_by TEXT NOT NULL, decided_at TEXT, certificates TEXT NOT NULL, reason TEXT NOT NULL,
    CHECK ((state = 'filed') = (decided_at IS NULL)),
    CHECK ((state = 'approved') = (certificates <> '[]'))
) STRICT, WITHOUT ROWID;
CREATE INDEX application_state ON application (state);
CREATE TRIGGER application_is_decided_once BEFORE UPDATE ON application
    WHEN OLD.state <> 'filed' OR OLD.document <> NEW.document
    BEGIN SELECT RAISE(ABORT, 'a decided application changed'); END;
CREATE TRIGGER application_is_kept BEFORE DELETE ON application
    BEGIN SELECT RAISE(ABORT, 'an application deleted'); END;
