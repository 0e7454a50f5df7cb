-- Who brought what, and a seal over it that only a server with the secret can make: what has none is not ours. Names of
-- scopes are made with the same secret, so that what was stored before is found by nobody any more.
TRUNCATE askonce.plans CASCADE;
-- As texts they stay as they were sealed.
ALTER TABLE askonce.plans
  ALTER COLUMN params TYPE json USING params::json,
  ALTER COLUMN facts TYPE json USING facts::json,
  ADD COLUMN seal bytea;
ALTER TABLE askonce.phrasings
  ADD COLUMN made_by text NOT NULL DEFAULT '', ADD COLUMN seal bytea, ADD COLUMN vector_seal bytea;
ALTER TABLE askonce.rejections ADD COLUMN rejected_by text NOT NULL DEFAULT '';
CREATE INDEX phrasings_maker ON askonce.phrasings (made_by);
