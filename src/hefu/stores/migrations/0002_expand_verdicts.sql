-- What a verdict is made from, so that it can be made again years later.

ALTER TABLE lodgement ADD COLUMN amended_at TEXT;

-- Earlier documents of a declaration.
CREATE TABLE edition (
    number TEXT NOT NULL, revision INTEGER NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (number, revision)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER edition_is_written_once BEFORE UPDATE ON edition
    BEGIN SELECT RAISE(ABORT, 'an earlier document changed'); END;
CREATE TRIGGER edition_is_kept BEFORE DELETE ON edition
    BEGIN SELECT RAISE(ABORT, 'an earlier document deleted'); END;

-- Rule sets with their policy, under the hash that verdicts carry.
CREATE TABLE adopted (
    hash TEXT PRIMARY KEY, version TEXT NOT NULL, text TEXT NOT NULL, since TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER adopted_is_written_once BEFORE UPDATE ON adopted
    BEGIN SELECT RAISE(ABORT, 'a rule set changed'); END;
CREATE TRIGGER adopted_is_kept BEFORE DELETE ON adopted
    BEGIN SELECT RAISE(ABORT, 'a rule set deleted'); END;

-- Streams of which a message has come before its turn.
CREATE TABLE ahead (stream TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE INDEX journal_verdicts ON journal (id) WHERE event IN ('declaration.held', 'declaration.reserved');
