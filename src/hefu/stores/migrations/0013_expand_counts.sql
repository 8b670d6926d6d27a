-- How many stand in which state is counted in an index, without reading the documents.
DROP INDEX lodgement_held;
CREATE INDEX lodgement_state ON lodgement (state);
CREATE INDEX issue_state ON issue (state);
