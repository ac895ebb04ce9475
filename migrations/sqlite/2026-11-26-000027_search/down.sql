DROP INDEX wanted_numbers_by_order;
DROP INDEX parked_recipients_by_recipient;
DROP TRIGGER orders_are_found_as_they_are;
DROP TRIGGER orders_are_found;
DROP TABLE order_grams;
DROP TABLE order_numbers;
