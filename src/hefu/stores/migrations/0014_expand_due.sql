-- A firm finds its own: exports and applications at tax, certificates at customs.
CREATE INDEX export_trader ON export (json_extract(document, '$.trader.uscc'), json_extract(document, '$.declared_on'));
CREATE INDEX export_owner ON export (json_extract(document, '$.owner.uscc'), json_extract(document, '$.declared_on'));
CREATE INDEX application_applicant ON application (json_extract(document, '$.applicant.uscc'), filed_at);
CREATE INDEX copy_holder ON copy (json_extract(document, '$.holder.uscc'));
