-- Up to where the changes stand here. What was acknowledged beyond it is lost with a store that went back: after a
-- failover, a crash, or out of a copy. (The timeline of the server told the first of these alone.)
ALTER TABLE askonce.streams DROP COLUMN timeline, ADD COLUMN told_lsn pg_lsn NOT NULL DEFAULT '0/0';
