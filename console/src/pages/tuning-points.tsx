// Owns the figures of the target error rates that one can choose from.
import type { TunePoint } from '../contract-policy.ts';
import { count, share } from '../format.ts';
import { Tile } from '../parts/figures.tsx';

interface PointFiguresProps {
  readonly of: TunePoint;
  /** What holds. */
  readonly now: TunePoint;
}

export function PointFigures({ of, now }: PointFiguresProps) {
  return (
    <dl class="tiles">
      <Tile name="Served by meaning" value={count(of.served)}>
        {share(of.served_share)} of the decisions; {change(of.served - now.served)}
      </Tile>
      <Tile name="Known to be wrong" value={count(of.wrong)}>
        of {count(of.labelled)} that are known; {change(of.wrong - now.wrong)}
      </Tile>
      <Tile name="Wrong, of those served" value={share(of.wrong_share)}>
        truly between {share(of.wrong_lower)} and {share(of.wrong_upper)}
      </Tile>
      <Tile name="At most, as it was measured" value={share(of.calibrated_upper)}>
        on the questions that the cuts were made from
      </Tile>
      <Tile name="Left to agents" value={count(of.confirm)}>
        {change(of.confirm - now.confirm)}
      </Tile>
    </dl>
  );
}

const change = (by: number): string =>
  by === 0 ? 'as now' : `${count(Math.abs(by))} ${by > 0 ? 'more' : 'fewer'} than now`;

interface PointTableProps {
  readonly of: readonly TunePoint[];
  readonly current: number;
  readonly at: number;
  readonly onChoose: (at: number) => void;
}

export function PointTable({ of, current, at, onChoose }: PointTableProps) {
  return (
    <details>
      <summary>All rates as a table</summary>
      <div class="scrolls" tabIndex={0} role="group" aria-label="All rates">
        <table>
          <thead>
            <tr>
              <th scope="col">Target</th>
              <th scope="col" class="number">
                Served
              </th>
              <th scope="col" class="number">
                Known
              </th>
              <th scope="col" class="number">
                Wrong
              </th>
              <th scope="col" class="number">
                Truly between
              </th>
              <th scope="col" class="number">
                Measured at most
              </th>
              <th scope="col" class="number">
                Left to agents
              </th>
              <th scope="col" class="number">
                Cuts: figure, list
              </th>
            </tr>
          </thead>
          <tbody>
            {of.map((point, index) => (
              <tr key={point.target_error_rate} class={index === at ? 'chosen' : undefined}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => onChoose(index)}>
                    {share(point.target_error_rate)}
                  </button>
                  {point.target_error_rate === current && <span class="muted"> now</span>}
                </th>
                <td class="number">
                  {count(point.served)} ({share(point.served_share)})
                </td>
                <td class="number">{count(point.labelled)}</td>
                <td class="number">{count(point.wrong)}</td>
                <td class="number">
                  {share(point.wrong_lower)} … {share(point.wrong_upper)}
                </td>
                <td class="number">{share(point.calibrated_upper)}</td>
                <td class="number">{count(point.confirm)}</td>
                <td class="number">
                  {cut(point.cuts.figure)}, {cut(point.cuts.list)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

const cut = (value: number | null): string => (value === null ? 'none' : value.toFixed(2));
