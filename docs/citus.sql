-- Distributes a cache database on Citus by scope. Once, on the coordinator, behind the first start of askonce (which
-- makes the tables) and before the second; see docs/citus.md.

-- Plans: one scope for each database and role.
SELECT create_distributed_table('askonce.plans', 'plan_scope');
SELECT create_distributed_table('askonce.phrasings', 'plan_scope', colocate_with => 'askonce.plans');
SELECT create_distributed_table('askonce.rejections', 'plan_scope', colocate_with => 'askonce.plans');
SELECT create_distributed_table('askonce.decisions', 'plan_scope', colocate_with => 'askonce.plans');

-- Rows: one scope for each principal of these.
SELECT create_distributed_table('askonce.results', 'result_scope');
SELECT create_distributed_table('askonce.result_chunks', 'result_scope', colocate_with => 'askonce.results');
SELECT create_distributed_table('askonce.leases', 'result_scope', colocate_with => 'askonce.results');
SELECT create_distributed_table('askonce.answers', 'result_scope', colocate_with => 'askonce.results');
SELECT create_distributed_table('askonce.reports', 'result_scope', colocate_with => 'askonce.results');

-- Small, and asked for on the coordinator alone: migrations, secrets, replicas, streams, stream_versions, and what only
-- operators look at (scopes, served, policies, reviews) stay as they are.
