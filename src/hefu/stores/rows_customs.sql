-- The content of a stream is a certificate, or a released export declaration. Of a certificate that is held on paper alone, or on a paper that was lost with a store, tax has not been told yet: its
-- use is no part of the row.
WITH streams AS (
    SELECT stream FROM cursor WHERE way IN ('in', 'out')
    UNION SELECT number FROM copy
    UNION SELECT certificate FROM holding
)
SELECT
    stream,
    CASE WHEN coalesce(copy.digest, export.digest) <> digest_of(coalesce(copy.document, export.document)) THEN 'altered'
         ELSE coalesce(copy.digest, export.digest, '') END,
    CASE WHEN copy.number IS NULL AND (paper.certificate IS NOT NULL OR holding.certificate IS NULL) THEN ''
         ELSE coalesce(holding.state, 'available') END,
    CASE WHEN copy.number IS NULL AND paper.certificate IS NOT NULL THEN ''
         ELSE coalesce(holding.declaration, '') END,
    coalesce((SELECT sequence FROM cursor AS one WHERE one.way = 'in' AND one.stream = streams.stream), 0),
    coalesce((SELECT sequence FROM cursor AS one WHERE one.way = 'out' AND one.stream = streams.stream), 0),
    (SELECT count(*) FROM outgoing AS one WHERE one.stream = streams.stream AND receipt IS NULL),
    (SELECT count(*) FROM aside AS one WHERE one.stream = streams.stream)
FROM streams
LEFT JOIN copy ON copy.number = streams.stream
LEFT JOIN holding ON holding.certificate = streams.stream
LEFT JOIN lodgement AS export ON export.number = streams.stream AND export.state = 'released'
LEFT JOIN (
    SELECT certificate FROM paper WHERE state IN ('approved', 'settled', 'contested')
    UNION SELECT certificate FROM contest WHERE code = 'restore.paper_lost'
) AS paper ON paper.certificate = streams.stream
WHERE :only
