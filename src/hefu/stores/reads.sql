-- Who looked at what: beside the store, in a file of its own, for which the gate never waits.
CREATE TABLE reading (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL, asked TEXT NOT NULL,
    status INTEGER NOT NULL, way TEXT NOT NULL, path TEXT NOT NULL, address TEXT NOT NULL
);
CREATE INDEX reading_actor ON reading (actor, id);
CREATE INDEX reading_at ON reading (at);
CREATE TRIGGER reading_is_written_once BEFORE UPDATE ON reading BEGIN SELECT RAISE(ABORT, 'a reading changed'); END;

-- The numbers that were looked at: one, several, or none if it was a list.
CREATE TABLE reading_number (
    number TEXT NOT NULL COLLATE NOCASE, reading INTEGER NOT NULL, PRIMARY KEY (number, reading)
) WITHOUT ROWID;
CREATE INDEX reading_number_reading ON reading_number (reading);
