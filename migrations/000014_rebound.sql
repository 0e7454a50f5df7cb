-- What ran where values were exchanged: {values: [{from, to}], sql, params}; sql is null where it is too long to keep.
ALTER TABLE askonce.decisions ADD COLUMN rebound jsonb;
