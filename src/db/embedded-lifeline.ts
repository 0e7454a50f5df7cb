// Owns the end of an orphaned engine, as a thread of the child process: a runaway statement makes the
// main thread deaf, so that only another thread can tell that the parent is gone. Does nothing else.
import { rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { workerData } from 'node:worker_threads';

import { LIFELINE_FD } from './embedded-orders.ts';

/** Enough for the main thread, if it is free, to close the database properly. */
const GRACE_MS = 3000;

function end(): void {
  const { socketDir } = workerData as { socketDir: string | undefined };
  if (socketDir !== undefined) rmSync(socketDir, { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL');
}

const lifeline = new Socket({ fd: LIFELINE_FD });
lifeline.on('error', () => undefined);
lifeline.on('close', () => setTimeout(end, GRACE_MS));
lifeline.resume();
