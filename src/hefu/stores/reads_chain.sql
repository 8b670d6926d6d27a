-- What was written together is one link of a chain: head = SHA-256 of the head before it and of all that was written
-- (stores/reads_chain.py). "after" and "last" are the newest reading before it and the newest with it.
ALTER TABLE reading_number ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;
CREATE INDEX reading_number_batch ON reading_number (batch);
CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL, after INTEGER NOT NULL, last INTEGER NOT NULL CHECK (last >= after),
    before TEXT NOT NULL, head TEXT NOT NULL
);
CREATE TRIGGER batch_is_written_once BEFORE UPDATE ON batch BEGIN SELECT RAISE(ABORT, 'a batch changed'); END;
CREATE TRIGGER number_is_written_once BEFORE UPDATE ON reading_number BEGIN SELECT RAISE(ABORT, 'a number changed'); END;
