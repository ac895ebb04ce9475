DROP INDEX wanted_numbers_by_order;
DROP INDEX parked_recipients_by_recipient;
DROP INDEX orders_by_grams;
DROP FUNCTION search_grams;
