DROP TABLE setup_tokens;
DROP TABLE sign_in_tries;
ALTER TABLE staff DROP COLUMN totp_last_step;
ALTER TABLE staff DROP COLUMN totp_confirmed_at;
ALTER TABLE staff DROP COLUMN totp_sealed;
ALTER TABLE sessions DROP COLUMN network;
