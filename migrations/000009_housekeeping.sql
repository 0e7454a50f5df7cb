-- Half the bytes to read for each comparison, and no difference that a decision would see (the third digit of a
-- component; similarities differ in the fourth).
ALTER TABLE askonce.phrasings ALTER COLUMN embedding TYPE halfvec USING embedding::halfvec;

-- What comes and goes all the time is vacuumed by how much went, not by how much there is.
ALTER TABLE askonce.results SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
  autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE askonce.result_chunks SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
  autovacuum_analyze_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE askonce.answers SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
ALTER TABLE askonce.phrasings SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE askonce.replicas SET (autovacuum_vacuum_threshold = 100, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE askonce.leases SET (autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

-- For eviction: what a result cost, and how often it spared that.
ALTER TABLE askonce.results ADD COLUMN run_ms real NOT NULL DEFAULT 0;
ALTER TABLE askonce.results ADD COLUMN uses integer NOT NULL DEFAULT 0;
ALTER TABLE askonce.results ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE askonce.plans ADD COLUMN uses integer NOT NULL DEFAULT 0;
CREATE INDEX plans_last_used ON askonce.plans (last_used_at);
