DROP INDEX orders_by_grams;
DROP FUNCTION search_grams;
