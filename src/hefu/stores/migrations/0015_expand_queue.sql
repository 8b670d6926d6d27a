-- The queue of applications, and a firm's own in it, by whichever code and role it stands there, a page at a time.
CREATE INDEX application_queue ON application (state, filed_at);
DROP INDEX application_state; -- application_queue begins with it
CREATE INDEX application_applicant_code ON application (json_extract(document, '$.applicant.customs_code'), filed_at);
CREATE INDEX application_agent ON application (json_extract(document, '$.agent.uscc'), filed_at);
CREATE INDEX application_agent_code ON application (json_extract(document, '$.agent.customs_code'), filed_at);
