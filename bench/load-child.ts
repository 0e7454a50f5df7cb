// The load generator's process: so many callers, each on a kept connection, each asking again as soon as it
// is answered. Sends bytes that were built before and looks into each answer for what must be there.
import { connect } from 'node:net';

import { createResponseReader } from './http-wire.ts';
import type { WireResponse } from './http-wire.ts';
import { loadFigures } from './load-figures.ts';
import type { LoadFigures, LoadJob } from './load-figures.ts';

const MAX_SHOWN_CHARS = 500;

interface Tally {
  readonly latencies: number[];
  failed: number;
  failure: string | null;
}

async function run(job: LoadJob): Promise<LoadFigures> {
  const tally: Tally = { latencies: [], failed: 0, failure: null };
  const callers = await Promise.all(
    job.requests.map((request) => openCaller(Buffer.from(request), job, tally)),
  );
  const cpu = process.cpuUsage();
  const started = performance.now();
  await Promise.all(callers.map((caller) => caller.loop(started + job.durationMs)));
  const elapsedMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  for (const caller of callers) caller.close();
  return loadFigures({ ...tally, elapsedMs, cpuMs: (user + system) / 1000 });
}

interface LoadCaller {
  /** Resolves when the answer after the end is in. */
  loop(endAt: number): Promise<void>;
  close(): void;
}

async function openCaller(request: Buffer, job: LoadJob, tally: Tally): Promise<LoadCaller> {
  const needle = Buffer.from(job.mustContain);
  const socket = connect({ host: job.host, port: job.port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let endAt = 0;
  let askedAt = 0;
  let done = (): void => {};
  const ask = (): void => {
    askedAt = performance.now();
    socket.write(request);
  };
  const fail = (what: string): void => {
    tally.failed += 1;
    tally.failure ??= what.slice(0, MAX_SHOWN_CHARS);
  };
  const answered = ({ status, head, body }: WireResponse): void => {
    const now = performance.now();
    if (status === 200 && body.includes(needle)) tally.latencies.push(now - askedAt);
    else fail(`${head}\n${body.toString()}`);
    if (now >= endAt) done();
    else ask();
  };
  socket.on('data', createResponseReader(answered).push);
  const ended = (why: string) => (): void => {
    if (endAt > 0) fail(why);
    done();
  };
  socket.on('error', ended('the connection broke'));
  socket.on('end', ended('the connection was closed'));
  return {
    loop: (until) =>
      new Promise((resolve) => {
        endAt = until;
        done = resolve;
        ask();
      }),
    close() {
      endAt = 0;
      socket.destroy();
    },
  };
}

process.on('message', (job: LoadJob) => {
  void run(job)
    .then((figures) => process.send!({ figures }))
    .catch((error: unknown) => process.send!({ error: String(error) }));
});
