-- Orders that contain some text are found by its trigrams. The index names rows by a number, and that of `orders` itself is
-- another one after a VACUUM; so each order has one here. The database keeps both itself.
CREATE TABLE order_numbers (
    n        INTEGER PRIMARY KEY NOT NULL,
    order_id TEXT NOT NULL UNIQUE REFERENCES orders (id)
);
INSERT INTO order_numbers (order_id) SELECT id FROM orders ORDER BY id;

CREATE VIRTUAL TABLE order_grams USING fts5 (
    search, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1', detail = 'none'
);
INSERT INTO order_grams (rowid, search) SELECT n, search FROM order_numbers JOIN orders ON orders.id = order_id ORDER BY n;

CREATE TRIGGER orders_are_found AFTER INSERT ON orders
BEGIN
    INSERT INTO order_numbers (order_id) VALUES (NEW.id);
    INSERT INTO order_grams (rowid, search) SELECT n, NEW.search FROM order_numbers WHERE order_id = NEW.id;
END;

CREATE TRIGGER orders_are_found_as_they_are AFTER UPDATE OF search ON orders WHEN NEW.search <> OLD.search
BEGIN
    DELETE FROM order_grams WHERE rowid = (SELECT n FROM order_numbers WHERE order_id = NEW.id);
    INSERT INTO order_grams (rowid, search) SELECT n, NEW.search FROM order_numbers WHERE order_id = NEW.id;
END;

-- Whether a phone or an address is parked is asked over all channels; what is wanted of an order, when it is erased.
CREATE INDEX parked_recipients_by_recipient ON parked_recipients (recipient, channel);
CREATE INDEX wanted_numbers_by_order ON wanted_numbers (order_id);
