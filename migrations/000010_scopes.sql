-- Every key begins with the scope that the row belongs to: each statement names it, none reaches across, and the
-- store can be distributed by it (docs/citus.md).

ALTER TABLE askonce.rejections DROP CONSTRAINT rejections_pkey, DROP CONSTRAINT rejections_plan_id_fkey;
ALTER TABLE askonce.phrasings DROP CONSTRAINT phrasings_pkey, DROP CONSTRAINT phrasings_plan_id_fkey;
ALTER TABLE askonce.plans DROP CONSTRAINT plans_pkey;
ALTER TABLE askonce.plans ADD PRIMARY KEY (plan_scope, id);
ALTER TABLE askonce.phrasings
  ADD PRIMARY KEY (plan_scope, id),
  ADD FOREIGN KEY (plan_scope, plan_id) REFERENCES askonce.plans ON DELETE CASCADE;
DROP INDEX askonce.phrasings_question, askonce.phrasings_plan;
CREATE INDEX phrasings_question ON askonce.phrasings (plan_scope, question_key);
CREATE INDEX phrasings_plan ON askonce.phrasings (plan_scope, plan_id);

ALTER TABLE askonce.rejections ADD COLUMN plan_scope text;
UPDATE askonce.rejections r SET plan_scope = pl.plan_scope FROM askonce.plans pl WHERE pl.id = r.plan_id;
ALTER TABLE askonce.rejections
  ALTER COLUMN plan_scope SET NOT NULL,
  ADD PRIMARY KEY (plan_scope, question_key, plan_id),
  ADD FOREIGN KEY (plan_scope, plan_id) REFERENCES askonce.plans ON DELETE CASCADE;

ALTER TABLE askonce.decisions DROP CONSTRAINT decisions_pkey, ADD PRIMARY KEY (plan_scope, id);
DROP INDEX askonce.decisions_question;
CREATE INDEX decisions_question ON askonce.decisions (plan_scope, question_key);

ALTER TABLE askonce.result_chunks DROP CONSTRAINT result_chunks_pkey, DROP CONSTRAINT result_chunks_result_id_fkey;
ALTER TABLE askonce.results DROP CONSTRAINT results_pkey;
ALTER TABLE askonce.results ADD PRIMARY KEY (result_scope, id);
ALTER TABLE askonce.result_chunks ADD COLUMN result_scope text;
UPDATE askonce.result_chunks c SET result_scope = r.result_scope FROM askonce.results r WHERE r.id = c.result_id;
ALTER TABLE askonce.result_chunks
  ALTER COLUMN result_scope SET NOT NULL,
  ADD PRIMARY KEY (result_scope, result_id, first_row),
  ADD FOREIGN KEY (result_scope, result_id) REFERENCES askonce.results ON DELETE CASCADE;

ALTER TABLE askonce.answers DROP CONSTRAINT answers_pkey, ADD PRIMARY KEY (result_scope, id);
-- Of those whose answer is forgotten the scope is, too.
ALTER TABLE askonce.reports ADD COLUMN result_scope text NOT NULL DEFAULT '';
UPDATE askonce.reports r SET result_scope = a.result_scope FROM askonce.answers a WHERE a.id = r.answer_id;
ALTER TABLE askonce.reports
  ALTER COLUMN result_scope DROP DEFAULT,
  DROP CONSTRAINT reports_pkey,
  ADD PRIMARY KEY (result_scope, answer_id, principal);
