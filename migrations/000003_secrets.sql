-- What all who share this cache sign with, so that a cursor holds behind a restart and at every replica.
CREATE TABLE askonce.secrets (
  name   text PRIMARY KEY,
  value  bytea NOT NULL
);
