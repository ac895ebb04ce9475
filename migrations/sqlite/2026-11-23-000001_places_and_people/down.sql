DROP TABLE audit;
DROP TABLE idempotency_keys;
DROP TABLE counters;
DROP TABLE customers;
DROP TABLE spent_refresh_tokens;
DROP TABLE sessions;
DROP TABLE staff;
DROP TABLE branches;
