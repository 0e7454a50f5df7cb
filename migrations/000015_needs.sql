-- How old a server may be that lives with a migration: it must know this schema at least. What only adds has 0, and
-- every older server goes on beside it (docs/deployment.md).
ALTER TABLE askonce.migrations ADD COLUMN needs integer NOT NULL DEFAULT 0;
