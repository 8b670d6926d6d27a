-- What customs' own register says against itself: code, number, what the row says, what its papers say. A number that is
-- explained by a contest of a restored store is no contradiction. A text that cannot be read counts as empty.
WITH documents AS (
    SELECT number, document, digest, json_extract(sound(document), '$.number') AS named FROM lodgement
    UNION ALL SELECT digest, document, digest, digest FROM typed
    UNION ALL SELECT digest, data, digest, digest FROM scan
),
bound AS (
    SELECT number, sound(document) AS document, state, sound(marks) AS marks, sound(draws) AS draws, deferred FROM lodgement
    WHERE state IN ('reserved', 'released')
        OR (state IN ('withdrawn', 'refused') AND EXISTS (
            SELECT 1 FROM json_each(sound(marks)) AS mark WHERE mark.value = 'closed-after-use'))
),
drawn AS (
    SELECT bound.number, bound.state, bound.document, bound.marks,
        json_extract(draw.value, '$[1]') AS certificate, json_extract(draw.value, '$[2]') AS line,
        json_extract(draw.value, '$[3]') AS quantity
    FROM bound, json_each(bound.draws) AS draw
),
binding AS (SELECT * FROM paper WHERE state IN ('approved', 'settled', 'contested')),
drawn_goods AS (
    SELECT 'item:' || json_extract(line.value, '$.declaration') || ':' || json_extract(line.value, '$.item') AS goods,
        drawn.quantity, json_extract(line.value, '$.unit') AS unit
    FROM drawn
    LEFT JOIN binding ON binding.certificate = drawn.certificate
    LEFT JOIN typed ON typed.digest = binding.digest
    LEFT JOIN copy ON copy.number = drawn.certificate
    JOIN json_each(sound(coalesce(typed.document, copy.document)), '$.lines') AS line
        ON json_extract(line.value, '$.line') = drawn.line
    WHERE json_extract(drawn.document, '$.act') <> 'export' AND NOT EXISTS (
        SELECT 1 FROM json_each(drawn.marks) AS mark WHERE mark.value = 'took-effect')
),
taken AS (
    SELECT account.goods, sum(in_unit(drawn_goods.quantity, drawn_goods.unit, account.unit)) AS quantity
    FROM drawn_goods JOIN account ON account.goods = drawn_goods.goods GROUP BY account.goods
),
indexed AS (
    SELECT DISTINCT json_extract(line.value, '$.declaration') AS export, copy.number AS certificate
    FROM copy, json_each(sound(document), '$.lines') AS line
    WHERE json_extract(line.value, '$.declaration') IS NOT NULL
),
exported AS (
    SELECT lodgement.number, account.*,
        in_unit(json_extract(item.value, '$.first.quantity'), json_extract(item.value, '$.first.unit'), account.unit) AS declared
    FROM lodgement, json_each(sound(document), '$.items') AS item
    JOIN account ON account.goods = 'item:' || lodgement.number || ':' || json_extract(item.value, '$.item')
    WHERE state = 'released' AND json_extract(sound(document), '$.act') = 'export'
        AND NOT EXISTS (SELECT 1 FROM journal WHERE number = lodgement.number AND event = 'goods.contested')
)
SELECT 'own.document', number, digest_of(document), digest FROM documents
WHERE digest_of(document) <> digest OR named IS NOT number
UNION ALL
SELECT 'own.document', lodgement.number, lodgement.revision, count(edition.number) + 1
FROM lodgement LEFT JOIN edition ON edition.number = lodgement.number
GROUP BY lodgement.number HAVING count(edition.number) + 1 <> lodgement.revision
UNION ALL
SELECT 'own.document', number, revision, '' FROM edition WHERE NOT json_valid(document)
    OR json_extract(sound(document), '$.number') <> number
UNION ALL
SELECT 'own.index', certificate, '', export FROM indexed
WHERE NOT EXISTS (SELECT 1 FROM covering WHERE (export, certificate) = (indexed.export, indexed.certificate))
UNION ALL
SELECT 'own.use', certificate, state || ' ' || declaration, '' FROM holding
WHERE declaration IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM drawn WHERE (number, certificate) = (holding.declaration, holding.certificate))
    AND NOT EXISTS (
        SELECT 1 FROM contest WHERE code LIKE 'restore.%'
            AND (certificate, declaration) = (holding.certificate, holding.declaration))
UNION ALL
SELECT 'own.use', drawn.certificate, coalesce(holding.state || ' ' || holding.declaration, ''),
    drawn.state || ' ' || drawn.number
FROM drawn LEFT JOIN holding ON holding.certificate = drawn.certificate
WHERE holding.declaration IS NOT drawn.number OR (drawn.state <> 'reserved' AND holding.state <> 'used')
UNION ALL
SELECT 'own.account', account.goods, account.taken, coalesce(taken.quantity, 0)
FROM account LEFT JOIN taken USING (goods)
WHERE (account.taken, account.owed, account.claimed) <> (coalesce(taken.quantity, 0), 0, 0)
UNION ALL
SELECT 'own.account', goods, quantity || ' ' || unit || ' ' || basis, coalesce(declared, 0) || ' ' || unit || ' declared'
FROM exported WHERE (quantity, basis) IS NOT (declared, 'declared')
UNION ALL
SELECT 'own.paper', binding.certificate, binding.declaration || ' ' || binding.entered_by || ' ' || binding.approved_by,
    coalesce(act.state || ' ' || act.proposed_by || ' ' || act.decided_by, '')
FROM binding
LEFT JOIN two_officer_act AS act ON act.number = binding.act
LEFT JOIN holding ON holding.certificate = binding.certificate
LEFT JOIN lodgement ON lodgement.number = binding.declaration
WHERE act.state IS NOT 'approved' OR act.subject <> binding.certificate
    OR (act.proposed_by, act.decided_by) <> (binding.entered_by, binding.approved_by)
    OR holding.declaration <> binding.declaration
    OR coalesce(lodgement.deferred, '') = ''
    OR NOT EXISTS (SELECT 1 FROM typed WHERE digest = binding.digest)
    OR NOT EXISTS (SELECT 1 FROM scan WHERE digest = binding.scan)
    OR NOT EXISTS (SELECT 1 FROM ticket WHERE number = binding.ticket)
UNION ALL
SELECT 'own.paper', number, deferred, '' FROM lodgement
WHERE deferred <> '' AND NOT EXISTS (SELECT 1 FROM ticket WHERE number = lodgement.deferred)
UNION ALL
SELECT 'own.journal', number, state, told FROM (
    SELECT number, state, (
        SELECT substr(event, 13) FROM journal WHERE number = lodgement.number AND event IN (
            'declaration.lodged', 'declaration.held', 'declaration.reserved', 'declaration.released',
            'declaration.withdrawn', 'declaration.refused') ORDER BY id DESC LIMIT 1) AS told
    FROM lodgement
    UNION ALL SELECT number, state, (
        SELECT iif(event = 'contingency.closed', 'closed', 'open') FROM journal
        WHERE number = ticket.number AND event IN ('contingency.opened', 'contingency.closed') ORDER BY id DESC LIMIT 1)
    FROM ticket
    UNION ALL SELECT certificate, state, (
        SELECT iif(event = 'contest.closed', 'closed', 'open') FROM journal
        WHERE number = contest.certificate AND event IN ('contest.raised', 'contest.closed')
            AND json_extract(sound(detail), '$.contest') = contest.number ORDER BY id DESC LIMIT 1)
    FROM contest
    UNION ALL SELECT numbers.number, coalesce(holding.state, 'available'), coalesce((
        SELECT CASE event WHEN 'certificate.freed' THEN 'available' WHEN 'certificate.moved' THEN 'used'
            ELSE substr(event, 13) END
        FROM journal WHERE number = numbers.number AND event IN (
            'certificate.reserved', 'certificate.used', 'certificate.freed', 'certificate.withdrawn',
            'certificate.moved') ORDER BY id DESC LIMIT 1), 'available')
    FROM (SELECT certificate AS number FROM holding UNION SELECT number FROM copy) AS numbers
    LEFT JOIN holding ON holding.certificate = numbers.number
) WHERE told IS NOT state
UNION ALL
SELECT 'own.words', stream, json_extract(sound(body), '$.declaration'), kind FROM outgoing
WHERE kind IN ('certificate.reserved', 'certificate.used', 'certificate.moved') AND NOT EXISTS (
    SELECT 1 FROM journal WHERE (number, event, other)
        = (outgoing.stream, outgoing.kind, json_extract(sound(body), '$.declaration')))
