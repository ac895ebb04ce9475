-- Photos of parcels and orders have no place in the table before.
ALTER TABLE photos DISABLE TRIGGER photos_no_delete;
DELETE FROM photos WHERE kind <> 'transfer_receipt';
ALTER TABLE photos ENABLE TRIGGER photos_no_delete;
ALTER TABLE photos DROP CONSTRAINT photos_of_order_check;
ALTER TABLE photos DROP CONSTRAINT photos_one_owner_check;
ALTER TABLE photos DROP CONSTRAINT photos_owner_check;
ALTER TABLE photos DROP CONSTRAINT photos_kind_check;
ALTER TABLE photos ADD CONSTRAINT photos_kind_check CHECK (kind IN ('transfer_receipt'));
ALTER TABLE photos DROP COLUMN order_id;
ALTER TABLE photos DROP COLUMN parcel_id;
DROP TABLE wanted_numbers;
DROP TABLE intake_scans;
ALTER TABLE parcels DROP COLUMN photos_taken;
ALTER TABLE parcels DROP COLUMN search;
ALTER TABLE parcels DROP COLUMN mark;
ALTER TABLE parcels DROP COLUMN seen_at;
