// Owns tables of a report.
import { html } from './markup.ts';
import type { Markup } from './markup.ts';

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string;
  /** Words stand at the left, figures at the right. */
  readonly isText?: boolean;
}

export function table<Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: readonly Row[],
): Markup | null {
  if (rows.length === 0) return null;
  const kind = ({ isText }: Column<Row>): string => (isText ? 'text' : '');
  return html`<div class="scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" class="${kind(column)}">${column.title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => html`<td class="${kind(column)}">${column.of(row)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
