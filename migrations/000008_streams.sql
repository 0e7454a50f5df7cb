-- What was written to the data databases, as their logical replication tells: one replica at a time reads a
-- slot and leaves here what it read, for all. The slot is acknowledged behind this, so that a crash loses nothing.
CREATE TABLE askonce.streams (
  -- Server and database.
  id       text PRIMARY KEY,
  -- The name of the replication slot.
  slot     text NOT NULL,
  -- Another whenever changes may have been missed: no version of before says anything then.
  epoch    uuid NOT NULL,
  -- Of this server: one that took over may lack what was acknowledged to the slot.
  timeline text NOT NULL,
  -- The newest version of any relation.
  version  bigint NOT NULL DEFAULT 0,
  -- What was committed until then is in stream_versions.
  seen_at  timestamptz
);
-- Written several times a second: dead rows go as they come.
ALTER TABLE askonce.streams SET (fillfactor = 50, autovacuum_vacuum_threshold = 200,
  autovacuum_vacuum_scale_factor = 0);

CREATE TABLE askonce.stream_versions (
  stream_id  text NOT NULL REFERENCES askonce.streams ON DELETE CASCADE,
  relation   oid NOT NULL,
  version    bigint NOT NULL,
  PRIMARY KEY (stream_id, relation)
);
ALTER TABLE askonce.stream_versions SET (fillfactor = 50, autovacuum_vacuum_threshold = 500,
  autovacuum_vacuum_scale_factor = 0);
