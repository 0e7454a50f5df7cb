// Owns places in PostgreSQL's write-ahead log and ids of transactions (pure).

/** '16/B374D848' as a number: places are compared, and lie in one line. */
export function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export interface Snapshot {
  readonly xmin: bigint;
  readonly xmax: bigint;
  readonly running: ReadonlySet<bigint>;
}

/** As pg_current_snapshot() writes it: '10:20:10,14,15'. */
export function snapshotOf(text: string): Snapshot {
  const [xmin = '0', xmax = '0', running = ''] = text.split(':');
  const ids = running === '' ? [] : running.split(',');
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), running: new Set(ids.map(BigInt)) };
}

const ROUND = 1n << 32n;

/** Whether what the transaction has written shows in the snapshot. @param xid Its id's lowest 32 bits. */
export function isVisible(xid: number, { xmin, xmax, running }: Snapshot): boolean {
  const near = (xmax / ROUND) * ROUND + BigInt(xid);
  // A commit is never far behind the newest id, nor ahead of it by half a round.
  const full = near > xmax + ROUND / 2n ? near - ROUND : near;
  if (full < xmin) return true;
  return full < xmax && !running.has(full);
}
