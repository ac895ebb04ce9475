DROP TRIGGER parcels_are_shown_where_they_were;
DROP TRIGGER parcels_are_shown_as_they_are;
DROP TRIGGER parcels_are_shown;
DROP TRIGGER events_are_shown;
DROP TRIGGER orders_are_shown_as_they_are;
DROP TRIGGER orders_are_shown;
DROP TABLE public_views;
