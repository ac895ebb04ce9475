-- What anybody with a code may see of an order, in one row, so that a look-up reads one and not the order's whole history.
-- The database keeps it itself, in the transaction that changes the order: nobody can forget to.
-- The timeline is a run of JSON arrays: microseconds since 1970, what happened, the order's status after it, where, arrived, total.
CREATE TABLE public_views (
    code               TEXT PRIMARY KEY NOT NULL,
    status             TEXT NOT NULL,
    balance_tyiyn      BIGINT NOT NULL,
    pickup_point_id    TEXT NOT NULL,
    free_storage_until TIMESTAMP,
    changed_at         TIMESTAMP NOT NULL,
    timeline           TEXT NOT NULL,
    parcels_arrived    BIGINT NOT NULL,
    parcels_total      BIGINT NOT NULL,
    truck_id           TEXT
);

INSERT INTO public_views
SELECT code, status, balance_tyiyn, pickup_point_id, free_storage_until,
    MAX(created_at, COALESCE((SELECT MAX(recorded_at) FROM events WHERE order_id = orders.id), created_at)),
    COALESCE((SELECT GROUP_CONCAT(JSON_ARRAY(
            UNIXEPOCH(SUBSTR(at, 1, 19)) * 1000000 + CAST(SUBSTR(SUBSTR(at, 21) || '000000', 1, 6) AS INTEGER), kind, status, place,
            COALESCE(data ->> 'arrived', 0), COALESCE(data ->> 'total', 0)), '' ORDER BY id)
        FROM events WHERE order_id = orders.id), ''),
    (SELECT COUNT(*) FROM parcels WHERE order_id = orders.id AND status IN ('arrived', 'picked_up')),
    (SELECT COUNT(*) FROM parcels WHERE order_id = orders.id),
    (SELECT COALESCE(MAX(CASE status WHEN 'in_transit' THEN shipment_id END), MAX(CASE status WHEN 'packed' THEN shipment_id END))
        FROM parcels WHERE order_id = orders.id)
FROM orders;

CREATE TRIGGER orders_are_shown AFTER INSERT ON orders
BEGIN
    INSERT INTO public_views VALUES (NEW.code, NEW.status, NEW.balance_tyiyn, NEW.pickup_point_id, NEW.free_storage_until,
        NEW.created_at, '', 0, 0, NULL);
END;

CREATE TRIGGER orders_are_shown_as_they_are AFTER UPDATE OF status, balance_tyiyn, pickup_point_id, free_storage_until ON orders
BEGIN
    UPDATE public_views SET status = NEW.status, balance_tyiyn = NEW.balance_tyiyn, pickup_point_id = NEW.pickup_point_id,
        free_storage_until = NEW.free_storage_until
    WHERE code = NEW.code;
END;

CREATE TRIGGER events_are_shown AFTER INSERT ON events
BEGIN
    UPDATE public_views SET changed_at = MAX(changed_at, NEW.recorded_at), timeline = timeline || JSON_ARRAY(
        UNIXEPOCH(SUBSTR(NEW.at, 1, 19)) * 1000000 + CAST(SUBSTR(SUBSTR(NEW.at, 21) || '000000', 1, 6) AS INTEGER),
        NEW.kind, NEW.status, NEW.place, COALESCE(NEW.data ->> 'arrived', 0), COALESCE(NEW.data ->> 'total', 0))
    WHERE code = (SELECT code FROM orders WHERE id = NEW.order_id);
END;

CREATE TRIGGER parcels_are_shown AFTER INSERT ON parcels WHEN NEW.order_id IS NOT NULL
BEGIN
    UPDATE public_views SET (parcels_arrived, parcels_total, truck_id) = (
        SELECT COUNT(*) FILTER (WHERE status IN ('arrived', 'picked_up')), COUNT(*),
            COALESCE(MAX(CASE status WHEN 'in_transit' THEN shipment_id END), MAX(CASE status WHEN 'packed' THEN shipment_id END))
        FROM parcels WHERE order_id = NEW.order_id)
    WHERE code = (SELECT code FROM orders WHERE id = NEW.order_id);
END;

CREATE TRIGGER parcels_are_shown_as_they_are AFTER UPDATE OF order_id, status, shipment_id ON parcels
WHEN (NEW.order_id, NEW.status, NEW.shipment_id) IS NOT (OLD.order_id, OLD.status, OLD.shipment_id)
BEGIN
    UPDATE public_views SET (parcels_arrived, parcels_total, truck_id) = (
        SELECT COUNT(*) FILTER (WHERE status IN ('arrived', 'picked_up')), COUNT(*),
            COALESCE(MAX(CASE status WHEN 'in_transit' THEN shipment_id END), MAX(CASE status WHEN 'packed' THEN shipment_id END))
        FROM parcels WHERE order_id = NEW.order_id)
    WHERE code = (SELECT code FROM orders WHERE id = NEW.order_id);
END;

CREATE TRIGGER parcels_are_shown_where_they_were AFTER UPDATE OF order_id ON parcels WHEN NEW.order_id IS NOT OLD.order_id
BEGIN
    UPDATE public_views SET (parcels_arrived, parcels_total, truck_id) = (
        SELECT COUNT(*) FILTER (WHERE status IN ('arrived', 'picked_up')), COUNT(*),
            COALESCE(MAX(CASE status WHEN 'in_transit' THEN shipment_id END), MAX(CASE status WHEN 'packed' THEN shipment_id END))
        FROM parcels WHERE order_id = OLD.order_id)
    WHERE code = (SELECT code FROM orders WHERE id = OLD.order_id);
END;
