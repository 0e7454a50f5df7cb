// Owns which names of a statement stand for the value of a function: of FROM f(…) t, t.g is g(t), whatever type it is
// of. Of a table it would be one of the row alone.
import { isObject, listOf, namesOf, textOf, unwrap } from './syntax.ts';

/** Wherever in the statement: which of them is meant where does not matter. Null where one of them is not known. */
export function functionAliases(statement: unknown): ReadonlySet<string> | null {
  const names = new Set<string>();
  const open: unknown[] = [statement];
  while (open.length > 0) {
    const node = open.pop();
    if (Array.isArray(node)) open.push(...(node as readonly unknown[]));
    if (!isObject(node)) continue;
    const range = node['RangeFunction'];
    if (isObject(range)) {
      const name = nameOf(range);
      if (name === '') return null;
      names.add(name);
    }
    open.push(...Object.values(node));
  }
  return names;
}

/** '' where PostgreSQL makes one of something else than a call. */
function nameOf(range: Readonly<Record<string, unknown>>): string {
  if (isObject(range['alias'])) return textOf(range['alias']['aliasname']);
  const [first] = listOf(range['functions']);
  const [call] = listOf(unwrap(first)?.fields['items']);
  const { type, fields } = unwrap(call) ?? { type: '', fields: {} };
  return type === 'FuncCall' ? (namesOf(fields['funcname']).at(-1) ?? '') : '';
}
