DROP TABLE transfer_claims;
DROP TABLE photos;
