DROP TABLE payments;
DROP TABLE postings;
DROP TABLE journals;
DROP TABLE journal_seals;
