-- Restored stores, and what the two registers said differently.

CREATE TABLE restoration (
    number INTEGER PRIMARY KEY, backup_at TEXT NOT NULL, restored_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'recovered')), recovered_at TEXT
) STRICT;
CREATE TRIGGER restoration_is_kept BEFORE DELETE ON restoration
    BEGIN SELECT RAISE(ABORT, 'a restoration deleted'); END;

CREATE TABLE divergence (
    number INTEGER PRIMARY KEY, code TEXT NOT NULL, stream TEXT NOT NULL, mine TEXT NOT NULL, theirs TEXT NOT NULL,
    done TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('healed', 'open', 'closed')), at TEXT NOT NULL
) STRICT;
CREATE INDEX divergence_state ON divergence (state);
CREATE INDEX divergence_stream ON divergence (stream);
CREATE TRIGGER divergence_is_kept BEFORE DELETE ON divergence
    BEGIN SELECT RAISE(ABORT, 'a divergence deleted'); END;
