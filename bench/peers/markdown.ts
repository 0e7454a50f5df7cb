// Owns tables and figures in Markdown as prettier leaves them, and texts that are kept between two markers. Pure.

/** @param rows The first is the head. */
export function table(rows: ReadonlyArray<readonly string[]>): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...body.map(line)].join('\n');
}

/** To three digits: 5,123 and 0.0123. */
export function figure(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return `${Number(value.toPrecision(3))}`;
}

export function duration(ms: number | null): string {
  if (ms === null) return '–';
  return ms >= 1000 ? `${figure(ms / 1000)} s` : `${figure(ms)} ms`;
}

const markers = (name: string) => [`<!-- peers:${name} -->`, `<!-- /peers:${name} -->`] as const;

/** @throws Error where the document has no such place. */
export function between(document: string, name: string): string {
  const { from, to } = placeOf(document, name);
  return document.slice(from, to).trim();
}

/** @throws Error where the document has no such place. */
export function putBetween(document: string, name: string, text: string): string {
  const { from, to } = placeOf(document, name);
  return `${document.slice(0, from)}\n\n${text}\n\n${document.slice(to)}`;
}

function placeOf(document: string, name: string): { from: number; to: number } {
  const [begin, end] = markers(name);
  const [at, to] = [document.indexOf(begin), document.indexOf(end)];
  if (at < 0 || to < at) throw new Error(`the document has no ${begin} … ${end}`);
  return { from: at + begin.length, to };
}
