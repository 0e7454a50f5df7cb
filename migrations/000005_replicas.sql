-- Servers that share this cache, so that together they stay within what the data database can carry.
-- Each says again and again that it lives; who has not for a while is gone.
CREATE TABLE askonce.replicas (
  id uuid PRIMARY KEY,
  -- The database server that it queries.
  server text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
);
