-- What is still missing from a truck is counted with each scan, without a look at the parcels themselves.
CREATE INDEX parcels_by_shipment_and_status ON parcels (shipment_id, status);
