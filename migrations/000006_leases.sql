-- Statements that a replica runs right now: who asks for the same one on another waits for its rows.
-- Nothing here outlives a crash, of the holder or of this server: a lease that is not renewed is over.
CREATE UNLOGGED TABLE askonce.leases (
  result_scope  text NOT NULL,
  statement_key bytea NOT NULL,
  holder        uuid NOT NULL,
  begun_at      timestamptz NOT NULL DEFAULT now(),
  expires_at    timestamptz NOT NULL,
  -- What the run failed with, for those who waited for it.
  fault         jsonb,
  PRIMARY KEY (result_scope, statement_key)
);
