-- The nearest phrasings are chosen before anything is joined, so all that narrows the choice stands in
-- their own row: to look the schema version up in the plans first took ten times as long as the distances.
ALTER TABLE askonce.phrasings ADD COLUMN schema_version text;
UPDATE askonce.phrasings ph SET schema_version = pl.schema_version
FROM askonce.plans pl WHERE pl.id = ph.plan_id;
ALTER TABLE askonce.phrasings ALTER COLUMN schema_version SET NOT NULL;
DROP INDEX askonce.phrasings_scope;
CREATE INDEX phrasings_scope ON askonce.phrasings (plan_scope, model_id, schema_version);
