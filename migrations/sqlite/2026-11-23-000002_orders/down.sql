DROP TABLE events;
DROP TABLE quotes;
DROP TABLE order_items;
DROP TABLE orders;
DROP TABLE tariffs;
DROP TABLE company_rates;
DROP TABLE rates;
