DROP TABLE parcels;
DROP TABLE checkpoints;
DROP TABLE shipments;
