-- Wrong guesses at the end of a customer's phone, counted in drawers that codes share: of unknown codes, too.
CREATE TABLE phone_guesses (
    drawer BIGINT PRIMARY KEY NOT NULL,
    wrong  BIGINT NOT NULL CHECK (wrong >= 0),
    since  TIMESTAMP NOT NULL
);
