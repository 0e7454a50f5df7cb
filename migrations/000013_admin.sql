-- What operators see and set: whose scopes there are, what the cache served and spared, and its policy.

-- One row for each principal, as the database knows it.
CREATE TABLE askonce.scopes (
  result_scope    text PRIMARY KEY,
  plan_scope      text NOT NULL,
  -- The servers that have made it: those with the same secret over the same database.
  deployment      text NOT NULL,
  principal       text NOT NULL,
  role            text,
  settings        jsonb NOT NULL,
  schema_version  text NOT NULL,
  model_id        text NOT NULL,
  seen_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX scopes_deployment ON askonce.scopes (deployment);

-- Answers of ten minutes.
CREATE TABLE askonce.served (
  plan_scope     text NOT NULL,
  at             timestamptz NOT NULL,
  source         text NOT NULL,
  answers        bigint NOT NULL,
  spared_ms      double precision NOT NULL,
  spared_tokens  bigint NOT NULL,
  PRIMARY KEY (plan_scope, at, source)
);
ALTER TABLE askonce.served SET (fillfactor = 50, autovacuum_vacuum_threshold = 200,
  autovacuum_vacuum_scale_factor = 0.1);

-- Each change is a row: the last one of a level is in force. A level is a plan scope, or a deployment.
CREATE TABLE askonce.policies (
  level    text NOT NULL,
  version  integer NOT NULL,
  policy   json NOT NULL,
  set_by   text NOT NULL,
  set_at   timestamptz NOT NULL DEFAULT now(),
  note     text,
  undoes   integer,
  seal     bytea NOT NULL,
  PRIMARY KEY (level, version)
);

ALTER TABLE askonce.decisions DROP CONSTRAINT decisions_label_source_check;
ALTER TABLE askonce.decisions ADD CONSTRAINT decisions_label_source_check
  CHECK (label_source IN ('report', 'accept', 'sql', 'rows', 'review'));
CREATE INDEX decisions_plan ON askonce.decisions (plan_scope, plan_id);
-- What somebody should look at.
CREATE INDEX decisions_open ON askonce.decisions (plan_scope, decided_at)
  WHERE (label_source = 'report' AND label = 'different') OR (label IS NULL AND (outcome = 'confirm' OR is_checked));

-- What stood there before somebody reviewed a decision, as long as it can be taken back.
CREATE TABLE askonce.reviews (
  plan_scope    text NOT NULL,
  question_key  bytea NOT NULL,
  plan_id       uuid NOT NULL,
  reviewed_by   text NOT NULL,
  reviewed_at   timestamptz NOT NULL DEFAULT now(),
  wording       jsonb,
  rejection     jsonb,
  label         text,
  label_source  text,
  PRIMARY KEY (plan_scope, question_key, plan_id)
);
