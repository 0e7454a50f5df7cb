-- What the rows of a result depend on, as it was when they were read: compared with what the data database
-- shows before they are served. Null where only their age tells, and of replicas that know of no stamps.
ALTER TABLE askonce.results ADD COLUMN stamp jsonb;
-- Ages are measured by this server's clock alone: those of the replicas may differ.
ALTER TABLE askonce.results ADD COLUMN read_at timestamptz NOT NULL DEFAULT now();
UPDATE askonce.results SET read_at = as_of;
-- When the meaning of its statement ends ("today" at midnight); null where it does not.
ALTER TABLE askonce.results ADD COLUMN holds_until timestamptz;

ALTER TABLE askonce.plans DROP CONSTRAINT plans_volatility_check;
ALTER TABLE askonce.plans ADD CONSTRAINT plans_volatility_check
  CHECK (volatility IN ('stable', 'day', 'clock', 'volatile'));
