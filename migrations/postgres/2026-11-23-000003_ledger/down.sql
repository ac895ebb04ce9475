DROP TABLE payments;
DROP TABLE postings;
ALTER TABLE journals DROP CONSTRAINT journals_are_sealed;
DROP TABLE journal_seals;
DROP TABLE journals;
DROP FUNCTION refuse_sealed();
DROP FUNCTION refuse_unbalanced();
