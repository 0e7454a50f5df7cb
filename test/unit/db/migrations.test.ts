// The rule for migrations: what only adds leaves older servers alone; what takes away says which servers can do without.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { needsOf } from '../../../src/db/migrate.ts';
import { createSyntax } from '../../../src/guard/syntax.ts';
import type { SyntaxNode } from '../../../src/guard/syntax.ts';

const DIR = fileURLToPath(new URL('../../../../migrations', import.meta.url));
/** The first schema whose servers know of the rule. */
const FIRST = 15;

const syntax = await createSyntax();

const HARMLESS_CHANGES = new Set(['AT_SetRelOptions', 'AT_SetStorage', 'AT_DropNotNull']);
/** Of tables that exist: rows may be written, nothing goes. */
const HARMLESS = new Set(['CreateStmt', 'InsertStmt', 'UpdateStmt', 'CommentStmt']);

interface Relation {
  readonly relname: string;
}

/** What in a migration an older server would not survive, in words. */
function faultsOf(sql: string): string[] {
  const parsed = syntax.parse(sql);
  assert.ok('statements' in parsed, `no SQL: ${sql}`);
  const trees = parsed.statements.map((statement) => {
    const tree = ('stmt' in statement ? statement['stmt'] : statement) as SyntaxNode;
    const [[kind, node] = ['', {}]] = Object.entries(tree);
    return { kind, node: node as SyntaxNode };
  });
  const made = new Set(
    trees
      .filter(({ kind }) => kind === 'CreateStmt')
      .map(({ node }) => (node['relation'] as Relation).relname),
  );
  return trees.flatMap(({ kind, node }) => {
    // No older server knows it.
    if (made.has((node['relation'] as Relation | undefined)?.relname ?? '')) return [];
    if (HARMLESS.has(kind)) return [];
    if (kind === 'IndexStmt') return node['unique'] ? ['a unique index on what exists'] : [];
    if (kind === 'AlterTableStmt') return (node['cmds'] as SyntaxNode[]).flatMap(faultOfChange);
    return [kind];
  });
}

function faultOfChange(wrapped: SyntaxNode): string[] {
  const { subtype, def } = wrapped['AlterTableCmd'] as { subtype: string; def?: SyntaxNode };
  if (HARMLESS_CHANGES.has(subtype)) return [];
  if (subtype !== 'AT_AddColumn') return [subtype];
  const column = def!['ColumnDef'] as { colname: string; constraints?: SyntaxNode[] };
  const kinds = (column.constraints ?? []).map(
    (constraint) => (constraint['Constraint'] as { contype: string }).contype,
  );
  if (kinds.includes('CONSTR_NOTNULL') && !kinds.includes('CONSTR_DEFAULT'))
    return [`${column.colname} must be given, and has no default`];
  if (kinds.some((kind) => /UNIQUE|PRIMARY/.test(kind))) return [`${column.colname} is unique`];
  return [];
}

const files = readdirSync(DIR).filter((name) => name.endsWith('.sql'));

test('a migration adds, or says which schema a server must know that can do without what it takes', () => {
  for (const name of files.filter((file) => Number(file.slice(0, 6)) >= FIRST)) {
    const sql = readFileSync(join(DIR, name), 'utf8');
    const needs = needsOf(sql);
    if (needs === 0) assert.deepEqual(faultsOf(sql), [], name);
    else assert.ok(needs >= FIRST && needs < Number(name.slice(0, 6)), `${name}: needs ${needs}`);
  }
});

test('versions are numbered without a gap: nobody can be ahead in one and behind in another', () => {
  const versions = files.map((name) => Number(name.slice(0, 6))).toSorted((a, b) => a - b);
  assert.deepEqual(
    versions,
    versions.map((_, at) => at + 1),
  );
});

const ADDS = [
  'ALTER TABLE askonce.plans ADD COLUMN note text',
  "ALTER TABLE askonce.plans ADD COLUMN note text NOT NULL DEFAULT ''",
  'CREATE TABLE askonce.more (id int PRIMARY KEY); CREATE UNIQUE INDEX ON askonce.more (id);' +
    'ALTER TABLE askonce.more ALTER COLUMN id TYPE bigint',
  'CREATE INDEX plans_more ON askonce.plans (created_at)',
  'ALTER TABLE askonce.plans SET (fillfactor = 80)',
  "UPDATE askonce.plans SET note = ''",
];
const TAKES = [
  'ALTER TABLE askonce.plans DROP COLUMN facts',
  'ALTER TABLE askonce.plans RENAME COLUMN facts TO more',
  'ALTER TABLE askonce.plans RENAME TO plan',
  'ALTER TABLE askonce.plans ALTER COLUMN params TYPE text',
  'ALTER TABLE askonce.plans ALTER COLUMN seal SET NOT NULL',
  'ALTER TABLE askonce.plans ADD COLUMN note text NOT NULL',
  'ALTER TABLE askonce.plans ADD COLUMN note text UNIQUE',
  'ALTER TABLE askonce.plans ADD CONSTRAINT short CHECK (length(sql) < 100)',
  'ALTER TABLE askonce.plans DROP CONSTRAINT plans_pkey',
  'DROP TABLE askonce.reviews',
  'DROP INDEX askonce.results_current',
  'CREATE UNIQUE INDEX one_plan ON askonce.plans (sql)',
  'TRUNCATE askonce.plans',
  'DELETE FROM askonce.plans',
  'CREATE TABLE askonce.more (id int); ALTER TABLE askonce.plans DROP COLUMN facts',
];

test('the rule tells what adds from what takes away', () => {
  for (const sql of ADDS) assert.deepEqual(faultsOf(sql), [], sql);
  for (const sql of TAKES) assert.equal(faultsOf(sql).length, 1, sql);
});
