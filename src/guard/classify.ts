// Owns what kind of statement it is: one of the few that may run at all.
import { AppError } from '../errors.ts';
import { notPermitted } from './inspect.ts';
import { isObject, listOf, textOf, unwrap } from './syntax.ts';
import type { SyntaxNode } from './syntax.ts';
import { wordSet } from './words.ts';

export interface Classified {
  readonly kind: 'select' | 'explain' | 'show';
  /** The SELECT in it; null for SHOW, which has none. */
  readonly body: SyntaxNode | null;
}

/** @throws AppError QUERY_REJECTED */
export function classify(root: SyntaxNode): Classified {
  const { type, fields } = unwrap(root) ?? { type: '', fields: {} };
  if (type === 'SelectStmt') return { kind: 'select', body: root };
  if (type === 'VariableShowStmt') return { kind: 'show', body: null };
  if (type !== 'ExplainStmt') throw notPermitted(type);
  requirePlanOnly(listOf(fields['options']));
  const query = isObject(fields['query']) ? fields['query'] : {};
  const explained = unwrap(query)?.type ?? '';
  if (explained !== 'SelectStmt') throw notPermitted(explained);
  return { kind: 'explain', body: query };
}

/** Options that only change what is shown. */
const EXPLAIN_OPTIONS = wordSet(`
  verbose costs settings buffers summary format generic_plan memory wal timing serialize
`);
/** How PostgreSQL's own option reader spells "no". */
const FALSE_SPELLINGS = new Set(['false', 'off', '0']);

function requirePlanOnly(options: readonly unknown[]): void {
  for (const option of options) {
    const { defname, arg } = unwrap(option)?.fields ?? {};
    const name = textOf(defname).toLowerCase();
    if (EXPLAIN_OPTIONS.has(name)) continue;
    if (name === 'analyze' && FALSE_SPELLINGS.has(optionText(arg))) continue;
    if (name === 'analyze') {
      throw new AppError('QUERY_REJECTED', 'EXPLAIN ANALYZE is not permitted: it runs the query', {
        hint: 'Use EXPLAIN without ANALYZE for the plan, or run the query itself.',
      });
    }
    throw new AppError('QUERY_REJECTED', `The EXPLAIN option "${name}" is not permitted`, {
      hint: `Permitted: ${[...EXPLAIN_OPTIONS].join(', ')}.`,
    });
  }
}

/** An option without a value means true. */
function optionText(arg: unknown): string {
  const { type, fields } = unwrap(arg) ?? { type: '', fields: {} };
  if (type === 'Integer') return String(fields['ival'] ?? 0);
  if (type === 'Boolean') return String(fields['boolval'] ?? false);
  return type === 'String' ? textOf(fields['sval']).toLowerCase() : 'true';
}
