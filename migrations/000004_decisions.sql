-- What was decided about a question and an earlier one, and what turned out to be true of it: the ground
-- for tuning. A label says whether both ask the same; it comes from a report, from an agent that accepted
-- a candidate, or from the statement or the rows that an agent brought instead.
CREATE TABLE askonce.decisions (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  decided_at        timestamptz NOT NULL DEFAULT now(),
  plan_scope        text NOT NULL,
  question          text NOT NULL,
  question_key      bytea NOT NULL,
  earlier_question  text NOT NULL,
  phrasing_id       uuid NOT NULL,
  plan_id           uuid NOT NULL,
  outcome           text NOT NULL CHECK (outcome IN ('hit', 'rebound', 'confirm', 'miss')),
  rule              text NOT NULL,
  risk              text,
  similarity        real NOT NULL,
  probability       real NOT NULL,
  margin            real,
  differences       text[] NOT NULL,
  frames            jsonb NOT NULL,
  microseconds      integer NOT NULL,
  is_checked        boolean NOT NULL DEFAULT false,
  label             text CHECK (label IN ('same', 'different')),
  label_source      text CHECK (label_source IN ('report', 'accept', 'sql', 'rows')),
  labelled_at       timestamptz
);
CREATE INDEX decisions_question ON askonce.decisions (question_key);
CREATE INDEX decisions_age ON askonce.decisions (decided_at);
CREATE INDEX decisions_hits ON askonce.decisions (plan_scope, decided_at) WHERE outcome = 'hit';
