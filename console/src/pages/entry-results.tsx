// Owns the table of the rows that are kept of an entry, by principal.
import type { Inspected } from '../contract.ts';
import { ago, bytes, count, milliseconds, time } from '../format.ts';
import { Shown } from '../parts/text.tsx';

export function ResultTable({ of }: { readonly of: Inspected['results'] }) {
  return (
    <div class="scrolls" tabIndex={0} role="group" aria-label="Stored rows">
      <table>
        <thead>
          <tr>
            <th scope="col">Of</th>
            <th scope="col">As of</th>
            <th scope="col">Until</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Rows
            </th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Uses
            </th>
          </tr>
        </thead>
        <tbody>
          {of.map((result) => (
            <tr key={`${result.principal} ${result.as_of}`}>
              <th scope="row">
                <Shown text={result.principal ?? '–'} />
              </th>
              <td title={time(result.as_of)}>{ago(result.as_of)}</td>
              <td title={time(result.expires_at)}>
                {result.expires_at === null ? 'a change' : ago(result.expires_at)}
              </td>
              <td>
                <span class={`badge ${result.is_current ? 'good' : 'warn'}`}>
                  {result.is_current ? 'current' : 'not current'}
                </span>{' '}
                <span class="muted">{result.status}</span>
              </td>
              <td class="number">{count(result.rows)}</td>
              <td class="number">{bytes(result.bytes)}</td>
              <td class="number">{milliseconds(result.run_ms)}</td>
              <td class="number">{count(result.uses)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
