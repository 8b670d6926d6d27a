-- What tax's own register says against itself: code, number, what the row says, what its papers say. A text that cannot be
-- read counts as empty.
WITH papers AS (
    SELECT goods, quantity AS taken, 0 AS owed, 0 AS claimed FROM cover
    UNION ALL SELECT goods, 0, quantity, 0 FROM obligation
    UNION ALL SELECT goods, 0, 0, remaining FROM refund_line
),
told AS (
    SELECT goods, sum(taken) AS taken, sum(owed) AS owed, sum(claimed) AS claimed FROM papers GROUP BY goods
),
documents AS (
    SELECT serial AS number, document, digest, '$.serial' AS name FROM application
    UNION ALL SELECT number, document, digest, '$.number' FROM claim
    UNION ALL SELECT payment_slip, document, digest, '$.payment_slip' FROM repaid
    UNION ALL SELECT number, document, digest, '$.number' FROM agency
),
covering AS (
    SELECT issue.number, json_extract(line.value, '$.line') AS line, json_extract(line.value, '$.unit') AS unit,
        json_extract(line.value, '$.quantity') AS quantity
    FROM issue, json_each(sound(document), '$.lines') AS line
    WHERE state IN ('issued', 'void_requested') AND usage <> 'used' AND NOT EXISTS (
        SELECT 1 FROM json_each(sound(marks)) AS mark WHERE mark.value = 'amendment-done')
),
exported AS (
    SELECT export.number, account.*,
        in_unit(json_extract(item.value, '$.first.quantity'), json_extract(item.value, '$.first.unit'), account.unit) AS declared
    FROM export, json_each(sound(document), '$.items') AS item
    JOIN account ON account.goods = 'item:' || export.number || ':' || json_extract(item.value, '$.item')
    WHERE NOT EXISTS (SELECT 1 FROM journal WHERE number = export.number AND event = 'goods.contested')
),
lines AS MATERIALIZED (
    SELECT CASE
            WHEN json_extract(document, '$.principal_certificate') IS NOT NULL
            THEN 'certificate:' || json_extract(document, '$.principal_certificate') || ':' || json_extract(line.value, '$.line')
            WHEN json_extract(line.value, '$.declaration') IS NOT NULL
            THEN 'item:' || json_extract(line.value, '$.declaration') || ':' || json_extract(line.value, '$.item')
            ELSE 'invoice:' || coalesce(json_extract(document, '$.holder.uscc') || ':', '')
                || json_extract(line.value, '$.invoice') || ':' || json_extract(line.value, '$.invoice_line') END AS goods,
        coalesce(json_extract(line.value, '$.exported_quantity'), json_extract(line.value, '$.quantity')) AS quantity,
        json_extract(line.value, '$.unit') AS unit
    FROM (SELECT sound(document) AS document FROM issue), json_each(document, '$.lines') AS line
    UNION ALL SELECT 'certificate:' || number || ':' || json_extract(line.value, '$.line'),
        json_extract(line.value, '$.quantity'), json_extract(line.value, '$.unit')
    FROM issue, json_each(sound(document), '$.lines') AS line
),
refunding AS (
    SELECT 'claim:' || number AS paper, json_extract(line.value, '$.line') AS line,
        json_extract(document, '$.claimant.uscc') AS claimant,
        'item:' || json_extract(line.value, '$.declaration') || ':' || json_extract(line.value, '$.item') AS goods,
        json_extract(line.value, '$.quantity') AS quantity, json_extract(line.value, '$.unit') AS unit,
        iif(json_extract(line.value, '$.entry') = 'claim',
            coalesce(json_extract(line.value, '$.agency_certificate'), ''), '') AS agency
    FROM (SELECT number, sound(document) AS document FROM claim WHERE state IN ('accepted', 'paid')),
        json_each(document, '$.lines') AS line
),
certifying AS (
    SELECT number AS agency, json_extract(line.value, '$.line') AS line,
        'item:' || json_extract(line.value, '$.declaration') || ':' || json_extract(line.value, '$.item') AS goods,
        json_extract(line.value, '$.quantity') AS quantity, json_extract(line.value, '$.unit') AS unit
    FROM agency, json_each(sound(document), '$.lines') AS line WHERE state = 'issued'
)
SELECT 'own.document', number, digest_of(document), digest FROM documents
WHERE digest_of(document) <> digest OR json_extract(sound(document), name) IS NOT number
UNION ALL
SELECT 'own.account', account.goods,
    account.taken || ' taken ' || account.owed || ' owed ' || account.claimed || ' claimed',
    coalesce(told.taken, 0) || ' taken ' || coalesce(told.owed, 0) || ' owed ' || coalesce(told.claimed, 0) || ' claimed'
FROM account LEFT JOIN told USING (goods)
WHERE (account.taken, account.owed, account.claimed)
    <> (coalesce(told.taken, 0), coalesce(told.owed, 0), coalesce(told.claimed, 0))
UNION ALL
SELECT 'own.account', goods, '', taken || ' taken ' || owed || ' owed ' || claimed || ' claimed'
FROM told WHERE (taken, owed, claimed) <> (0, 0, 0) AND NOT EXISTS (SELECT 1 FROM account WHERE goods = told.goods)
UNION ALL
SELECT 'own.account', goods, quantity || ' ' || unit || ' ' || basis, coalesce(declared, 0) || ' ' || unit || ' declared'
FROM exported WHERE (quantity, basis) IS NOT (declared, 'declared')
UNION ALL
SELECT 'own.account', goods, quantity || ' ' || unit || ' ' || basis, 'no certificate states it' FROM account
WHERE basis <> 'declared' AND quantity <> taken AND NOT EXISTS (
    SELECT 1 FROM lines WHERE lines.goods = account.goods
        AND in_unit(lines.quantity, lines.unit, account.unit) = account.quantity)
UNION ALL
SELECT 'own.cover', covering.number, coalesce(cover.quantity, 0),
    in_unit(covering.quantity, covering.unit, account.unit) AS due
FROM covering LEFT JOIN cover ON (cover.certificate, cover.line) = (covering.number, covering.line)
LEFT JOIN account USING (goods)
WHERE cover.quantity IS NOT due OR due IS NULL
UNION ALL
SELECT 'own.cover', certificate, cover.quantity, coalesce(issue.state, '')
FROM cover LEFT JOIN issue ON issue.number = cover.certificate
WHERE coalesce(issue.state, '') NOT IN ('issued', 'void_requested') OR NOT EXISTS (
    SELECT 1 FROM json_each(sound(issue.document), '$.lines') AS line
    WHERE json_extract(line.value, '$.line') = cover.line)
UNION ALL
SELECT 'own.cover', owing.certificate, owing.quantity, coalesce(cover.quantity, 0)
FROM obligation AS owing LEFT JOIN cover USING (certificate, line)
LEFT JOIN issue ON issue.number = owing.certificate
WHERE cover.goods IS NOT owing.goods OR cover.quantity < owing.quantity
    OR owing.claimant <> coalesce(json_extract(sound(issue.document), '$.holder.uscc'), '')
UNION ALL
SELECT 'own.claim', 'claim:' || number, claimant, json_extract(sound(document), '$.claimant.uscc')
FROM claim WHERE claimant <> coalesce(json_extract(sound(document), '$.claimant.uscc'), '')
UNION ALL
SELECT 'own.claim', line.paper, line.remaining, coalesce(claim.state, '')
FROM refund_line AS line LEFT JOIN claim ON line.paper = 'claim:' || claim.number
WHERE line.way = 'claimed' AND coalesce(claim.state, '') NOT IN ('accepted', 'paid')
UNION ALL
SELECT 'own.claim', paper, quantity, '' FROM refund_line
WHERE way = 'stated' AND NOT EXISTS (
    SELECT 1 FROM issue, json_each(sound(document), '$.lines') AS told
    WHERE 'certificate:' || number = paper AND json_extract(told.value, '$.line') = refund_line.line
        AND refund_line.claimant = coalesce(json_extract(sound(document), '$.holder.uscc'), ''))
UNION ALL
SELECT 'own.claim', refunding.paper, coalesce(line.quantity, 0),
    in_unit(refunding.quantity, refunding.unit, account.unit) AS due
FROM refunding LEFT JOIN refund_line AS line USING (paper, line)
LEFT JOIN account ON account.goods = refunding.goods
WHERE (line.quantity, line.goods, line.claimant, line.agency)
    IS NOT (due, refunding.goods, refunding.claimant, refunding.agency)
UNION ALL
SELECT 'own.claim', 'agency:' || certifying.agency, coalesce(line.quantity, 0),
    in_unit(certifying.quantity, certifying.unit, account.unit) AS due
FROM certifying LEFT JOIN agency_line AS line USING (agency, line)
LEFT JOIN account ON account.goods = certifying.goods
WHERE (line.quantity, line.goods) IS NOT (due, certifying.goods)
UNION ALL
SELECT 'own.claim', 'agency:' || agency_line.agency, agency_line.claimed, coalesce(sum(line.remaining), 0) AS claimed_by_it
FROM agency_line
LEFT JOIN refund_line AS line ON (line.agency, line.goods) = (agency_line.agency, agency_line.goods)
GROUP BY agency_line.agency, agency_line.line HAVING agency_line.claimed <> claimed_by_it
UNION ALL
SELECT 'own.journal', granted.value, application.serial, ''
FROM application, json_each(sound(certificates)) AS granted
WHERE NOT EXISTS (SELECT 1 FROM journal
    WHERE (number, event, other) = (granted.value, 'certificate.applied_for', application.serial))
UNION ALL
SELECT 'own.journal', number, coalesce(replaces, ''), (
    SELECT other FROM journal WHERE number = issue.number AND event = 'certificate.issued' ORDER BY id LIMIT 1) AS told
FROM issue WHERE state <> 'draft' AND coalesce(replaces, '') <> told
UNION ALL
SELECT 'own.journal', number, coalesce(replacement, ''), (
    SELECT other FROM journal WHERE number = issue.number AND event = 'certificate.superseded' ORDER BY id LIMIT 1) AS told
FROM issue WHERE state = 'superseded' AND replacement IS NOT told
UNION ALL
SELECT 'own.journal', number, state, told FROM (
    SELECT number, state, (
        SELECT CASE event WHEN 'certificate.drafted' THEN 'draft' WHEN 'certificate.void_refused' THEN 'issued'
            ELSE substr(event, 13) END
        FROM journal WHERE number = issue.number AND event IN (
            'certificate.drafted', 'certificate.issued', 'certificate.void_requested', 'certificate.void_refused',
            'certificate.voided', 'certificate.superseded') ORDER BY id DESC LIMIT 1) AS told
    FROM issue
    UNION ALL SELECT number, usage, coalesce((
        SELECT CASE event WHEN 'certificate.freed' THEN 'available' WHEN 'certificate.moved' THEN 'used'
            ELSE substr(event, 13) END
        FROM journal WHERE number = issue.number AND event IN (
            'certificate.reserved', 'certificate.used', 'certificate.freed', 'certificate.withdrawn',
            'certificate.moved') ORDER BY id DESC LIMIT 1), 'available')
    FROM issue
    UNION ALL SELECT number, state, (
        SELECT substr(event, 7) FROM journal WHERE number = claim.number AND event IN (
            'claim.held', 'claim.accepted', 'claim.paid', 'claim.refused', 'claim.recalled')
        ORDER BY id DESC LIMIT 1)
    FROM claim
    UNION ALL SELECT serial, state, (
        SELECT substr(event, 13) FROM journal WHERE number = application.serial AND event IN (
            'application.filed', 'application.approved', 'application.rejected', 'application.withdrawn')
        ORDER BY id DESC LIMIT 1)
    FROM application
    UNION ALL SELECT number, state, (
        SELECT substr(event, 8) FROM journal WHERE number = agency.number AND event IN ('agency.issued', 'agency.voided')
        ORDER BY id DESC LIMIT 1)
    FROM agency
) WHERE told IS NOT state
UNION ALL
SELECT 'own.words', outgoing.stream, digest_of(json_of(json_extract(sound(body), '$.certificate'))), issue.digest
FROM outgoing LEFT JOIN issue ON issue.number = outgoing.stream
WHERE kind = 'certificate.issued'
    AND digest_of(json_of(json_extract(sound(body), '$.certificate'))) IS NOT issue.digest
