-- What is used stays used. It moves from one declaration to another by an approved act of two officers alone, which
-- names both.
DROP TRIGGER used_is_final;
CREATE TRIGGER used_is_final BEFORE UPDATE ON holding
    WHEN OLD.state <> 'reserved'
        AND NOT (OLD.state = 'used' AND NEW.state = 'used' AND OLD.declaration <> NEW.declaration)
    BEGIN SELECT RAISE(ABORT, 'a used or withdrawn certificate changed'); END;
DROP TRIGGER binding_stays;
CREATE TRIGGER binding_stays BEFORE UPDATE ON holding
    WHEN OLD.declaration IS NOT NEW.declaration AND NOT EXISTS (
        SELECT 1 FROM two_officer_act
        WHERE kind = 'use.move' AND state = 'approved' AND subject = OLD.certificate AND OLD.state = 'used'
            AND json_extract(content, '$.from') = OLD.declaration
            AND json_extract(content, '$.to') = NEW.declaration)
    BEGIN SELECT RAISE(ABORT, 'a certificate moved to another declaration'); END;
