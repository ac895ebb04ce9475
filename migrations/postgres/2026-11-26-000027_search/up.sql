-- Orders that contain some text are found by its trigrams. They are made here and not by pg_trgm, which not every server
-- offers and which sees no Cyrillic where the database's locale is C.
CREATE FUNCTION search_grams(of text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT COALESCE(array_agg(substr(of, i, 3)), '{}') FROM generate_series(1, length(of) - 2) AS i
$$;
CREATE INDEX orders_by_grams ON orders USING gin (search_grams(search));

-- Whether a phone or an address is parked is asked over all channels; what is wanted of an order, when it is erased.
CREATE INDEX parked_recipients_by_recipient ON parked_recipients (recipient, channel);
CREATE INDEX wanted_numbers_by_order ON wanted_numbers (order_id);
