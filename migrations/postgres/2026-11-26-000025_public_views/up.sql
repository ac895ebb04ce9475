-- What anybody with a code may see of an order, in one row, so that a look-up reads one and not the order's whole history.
-- The database keeps it itself, in the transaction that changes the order: nobody can forget to.
-- The timeline is a run of JSON arrays: microseconds since 1970, what happened, the order's status after it, where, arrived, total.
-- The free space of a page takes the next state of its rows.
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
) WITH (fillfactor = 70);

CREATE FUNCTION shown_event(e events) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT json_build_array((EXTRACT(EPOCH FROM e.at) * 1000000)::bigint, e.kind, e.status, e.place,
        COALESCE((e.data::json ->> 'arrived')::bigint, 0), COALESCE((e.data::json ->> 'total')::bigint, 0))::text
$$;

INSERT INTO public_views
SELECT o.code, o.status, o.balance_tyiyn, o.pickup_point_id, o.free_storage_until, GREATEST(o.created_at, e.changed_at),
    COALESCE(e.timeline, ''), COALESCE(p.arrived, 0), COALESCE(p.total, 0), p.truck_id
FROM orders o
LEFT JOIN (
    SELECT order_id, MAX(recorded_at) AS changed_at, STRING_AGG(shown_event(events), '' ORDER BY id) AS timeline
    FROM events GROUP BY order_id
) e ON e.order_id = o.id
LEFT JOIN (
    SELECT order_id, COUNT(*) FILTER (WHERE status IN ('arrived', 'picked_up')) AS arrived, COUNT(*) AS total,
        COALESCE(MAX(shipment_id) FILTER (WHERE status = 'in_transit'), MAX(shipment_id) FILTER (WHERE status = 'packed')) AS truck_id
    FROM parcels WHERE order_id IS NOT NULL GROUP BY order_id
) p ON p.order_id = o.id;

CREATE FUNCTION show_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public_views VALUES (NEW.code, NEW.status, NEW.balance_tyiyn, NEW.pickup_point_id, NEW.free_storage_until,
            NEW.created_at, '', 0, 0, NULL);
    ELSE
        UPDATE public_views SET status = NEW.status, balance_tyiyn = NEW.balance_tyiyn, pickup_point_id = NEW.pickup_point_id,
            free_storage_until = NEW.free_storage_until
        WHERE code = NEW.code;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER orders_are_shown AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION show_order();
CREATE TRIGGER orders_are_shown_as_they_are AFTER UPDATE OF status, balance_tyiyn, pickup_point_id, free_storage_until ON orders
    FOR EACH ROW EXECUTE FUNCTION show_order();

CREATE FUNCTION show_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public_views SET changed_at = GREATEST(changed_at, NEW.recorded_at), timeline = timeline || shown_event(NEW)
    WHERE code = (SELECT code FROM orders WHERE id = NEW.order_id);
    RETURN NULL;
END $$;
CREATE TRIGGER events_are_shown AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION show_event();

CREATE FUNCTION show_parcels_of(an_order text) RETURNS void LANGUAGE sql AS $$
    UPDATE public_views SET (parcels_arrived, parcels_total, truck_id) = (
        SELECT COUNT(*) FILTER (WHERE status IN ('arrived', 'picked_up')), COUNT(*),
            COALESCE(MAX(shipment_id) FILTER (WHERE status = 'in_transit'), MAX(shipment_id) FILTER (WHERE status = 'packed'))
        FROM parcels WHERE order_id = an_order)
    WHERE code = (SELECT code FROM orders WHERE id = an_order)
$$;

CREATE FUNCTION show_parcel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.order_id IS NOT NULL THEN
        PERFORM show_parcels_of(NEW.order_id);
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.order_id IS NOT NULL AND OLD.order_id IS DISTINCT FROM NEW.order_id THEN
        PERFORM show_parcels_of(OLD.order_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER parcels_are_shown AFTER INSERT ON parcels FOR EACH ROW EXECUTE FUNCTION show_parcel();
CREATE TRIGGER parcels_are_shown_as_they_are AFTER UPDATE OF order_id, status, shipment_id ON parcels FOR EACH ROW
    WHEN ((NEW.order_id, NEW.status, NEW.shipment_id) IS DISTINCT FROM (OLD.order_id, OLD.status, OLD.shipment_id))
    EXECUTE FUNCTION show_parcel();
