-- The two memories: plans (question -> SQL) and results (SQL + scope -> rows), and what was answered.
CREATE EXTENSION IF NOT EXISTS vector;

-- One plan: a guarded statement with its parameters, shared by every principal of a plan scope. The id
-- is made from the key, so it alone needs to be unique (ON CONFLICT with two such indexes would race).
CREATE TABLE askonce.plans (
  id             uuid PRIMARY KEY,
  plan_scope     text NOT NULL,
  statement_key  bytea NOT NULL,
  schema_version text NOT NULL,
  sql            text NOT NULL,
  params         jsonb NOT NULL,
  tables         text[] NOT NULL,
  facts          jsonb NOT NULL,
  volatility     text NOT NULL CHECK (volatility IN ('stable', 'clock', 'volatile')),
  created_at     timestamptz NOT NULL DEFAULT now(),
  last_used_at   timestamptz NOT NULL DEFAULT now()
);

-- The ways in which a plan was asked for. question_key holds text, scope, schema version and model.
CREATE TABLE askonce.phrasings (
  id            uuid PRIMARY KEY,
  plan_id       uuid NOT NULL REFERENCES askonce.plans ON DELETE CASCADE,
  plan_scope    text NOT NULL,
  model_id      text NOT NULL,
  question      text NOT NULL,
  question_key  bytea NOT NULL,
  origin        text NOT NULL CHECK (origin IN ('asked', 'confirmed')),
  embedding     vector,
  created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX phrasings_question ON askonce.phrasings (question_key);
CREATE INDEX phrasings_plan ON askonce.phrasings (plan_id);
CREATE INDEX phrasings_scope ON askonce.phrasings (plan_scope, model_id);

-- A question that must not be served from a plan again: somebody reported the answer as wrong.
CREATE TABLE askonce.rejections (
  question_key  bytea NOT NULL,
  plan_id       uuid NOT NULL REFERENCES askonce.plans ON DELETE CASCADE,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (question_key, plan_id)
);

-- Rows of one run, for the one scope that ran it. Only a 'complete' or 'cut' one is ever served, and
-- only one that is "current" is found by its statement; the others live on for their cursors.
CREATE TABLE askonce.results (
  id             uuid PRIMARY KEY,
  result_scope   text NOT NULL,
  statement_key  bytea NOT NULL,
  status         text NOT NULL CHECK (status IN ('filling', 'complete', 'cut')),
  is_current     boolean NOT NULL DEFAULT false,
  columns        jsonb NOT NULL,
  row_count      bigint NOT NULL DEFAULT 0,
  byte_count     bigint NOT NULL DEFAULT 0,
  as_of          timestamptz NOT NULL,
  touched_at     timestamptz NOT NULL DEFAULT now(),
  expires_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX results_current ON askonce.results (result_scope, statement_key) WHERE is_current;
CREATE INDEX results_expiry ON askonce.results (expires_at);

-- Row-aligned pieces of a result: one JSON array a row, one row a line.
CREATE TABLE askonce.result_chunks (
  result_id  uuid NOT NULL REFERENCES askonce.results ON DELETE CASCADE,
  first_row  bigint NOT NULL,
  row_count  integer NOT NULL,
  body       text NOT NULL,
  PRIMARY KEY (result_id, first_row)
);
-- Chunks are read once or twice and never compared: spend no time on compressing them.
ALTER TABLE askonce.result_chunks ALTER COLUMN body SET STORAGE EXTERNAL;

-- What was answered to whom, so that a report finds it.
CREATE TABLE askonce.answers (
  id            text PRIMARY KEY,
  result_scope  text NOT NULL,
  plan_scope    text NOT NULL,
  question      text,
  question_key  bytea,
  source        text NOT NULL,
  plan_id       uuid,
  phrasing_id   uuid,
  result_id     uuid,
  similarity    real,
  confidence    real,
  answered_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX answers_age ON askonce.answers (answered_at);

CREATE TABLE askonce.reports (
  answer_id    text NOT NULL,
  principal    text NOT NULL,
  verdict      text NOT NULL CHECK (verdict IN ('right', 'wrong')),
  note         text,
  reported_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (answer_id, principal)
);
