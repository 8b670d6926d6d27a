-- A trader finds its own declarations.
CREATE INDEX lodgement_trader ON lodgement (json_extract(document, '$.trader.uscc'), number);
