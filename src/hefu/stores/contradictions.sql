-- Of either register: an entry of the journal is missing; what was said, or what two officers decided, is not all there.
UNION ALL
SELECT 'own.journal', 'journal', count(*), coalesce(max(id), 0) FROM journal HAVING count(*) <> coalesce(max(id), 0)
UNION ALL
SELECT 'own.journal', subject, number || ' ' || kind || ' ' || state || ' ' || proposed_by || ' ' || decided_by,
    told || ' ' || coalesce(actor, '')
FROM two_officer_act AS act
LEFT JOIN (
    SELECT json_extract(sound(detail), '$.act') AS act, number AS about, substr(event, 5) AS told, actor,
        json_extract(sound(detail), '$.recovered') AS recovered, max(id)
    FROM journal WHERE event LIKE 'act.%' GROUP BY json_extract(sound(detail), '$.act')
) AS said ON said.act = act.number
WHERE (subject, state) IS NOT (about, told) OR (state = 'approved' AND recovered IS NULL AND decided_by <> actor)
UNION ALL
SELECT 'own.words', cursor.stream, count(outgoing.id) || ' to ' || coalesce(max(outgoing.sequence), 0), cursor.sequence
FROM cursor LEFT JOIN outgoing ON outgoing.stream = cursor.stream
WHERE way = 'out' GROUP BY cursor.stream
HAVING count(outgoing.id) <> cursor.sequence OR coalesce(max(outgoing.sequence), 0) <> cursor.sequence
UNION ALL
SELECT 'own.words', stream, count(*), 0 FROM outgoing
WHERE NOT EXISTS (SELECT 1 FROM cursor WHERE way = 'out' AND stream = outgoing.stream) GROUP BY stream
UNION ALL
SELECT 'own.words', stream, kind, json_extract(sound(body), '$.kind') FROM outgoing
WHERE json_extract(sound(body), '$.kind') IS NOT kind
