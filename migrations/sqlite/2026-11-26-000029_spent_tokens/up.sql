-- Sessions that are over are forgotten with the tokens that were used for them.
CREATE INDEX spent_refresh_tokens_by_session ON spent_refresh_tokens (session_id);
