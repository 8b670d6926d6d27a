-- The content of a stream is a certificate, or a released export declaration.
WITH streams AS (
    SELECT stream FROM cursor WHERE way IN ('in', 'out')
    UNION SELECT number FROM issue WHERE state <> 'draft'
)
SELECT
    stream,
    CASE WHEN issue.state = 'draft' THEN ''
         WHEN issue.digest <> digest_of(issue.document) THEN 'altered'
         ELSE coalesce(issue.digest, digest_of(export.document), '') END,
    CASE WHEN issue.state IN ('voided', 'superseded') THEN 'withdrawn'
         WHEN issue.state <> 'draft' THEN issue.usage ELSE '' END,
    coalesce(issue.declaration, ''),
    coalesce((SELECT sequence FROM cursor AS one WHERE one.way = 'out' AND one.stream = streams.stream), 0),
    coalesce((SELECT sequence FROM cursor AS one WHERE one.way = 'in' AND one.stream = streams.stream), 0),
    (SELECT count(*) FROM outgoing AS one WHERE one.stream = streams.stream AND receipt IS NULL),
    (SELECT count(*) FROM aside AS one WHERE one.stream = streams.stream)
FROM streams
LEFT JOIN issue ON issue.number = streams.stream
LEFT JOIN export ON export.number = streams.stream
WHERE :only
