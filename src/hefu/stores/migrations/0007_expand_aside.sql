-- Messages that this program could not apply: kept whole, in their order, until it can.

CREATE TABLE aside (
    stream TEXT NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL, envelope TEXT NOT NULL, actor TEXT NOT NULL,
    why TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (stream, sequence)
) STRICT, WITHOUT ROWID;
