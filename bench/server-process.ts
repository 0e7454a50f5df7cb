// Owns an askonce server as a child process for measuring: started like a user starts it, on a free
// port and a data folder of its own, with its memory read from /proc.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request as httpRequest, Agent } from 'node:http';
import { join } from 'node:path';

import { descendants } from '../src/lib/process-tree.ts';
import { residentKib } from './resident.ts';

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const READY_LINE = /askonce is ready at (\S+)/;

export async function startServer(
  root: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [join(root, 'bin/askonce.mjs'), 'serve'], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn', ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await readyUrl(child);
  return {
    url,
    pid: child.pid!,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stderr!.on('data', (data: Buffer) => {
      output += data.toString();
      const url = READY_LINE.exec(output)?.[1];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`server exited with ${code}:\n${output}`)));
  });
}

/** Resident memory of a process and all below it, in MiB; Linux only. */
export function residentMiB(pid: number): Record<string, number> {
  const rss: Record<string, number> = {};
  for (const id of [pid, ...descendants(pid)]) {
    const name = readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('embedded')
      ? `engine_${Object.keys(rss).length}`
      : 'server';
    rss[name] = Math.round(residentKib(id) / 1024);
  }
  return rss;
}

/** One kept connection per caller, bodies as text: as little as possible of the client is measured. */
export function createPoster(url: string, callers: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const { hostname, port, pathname } = new URL(url);
  const post = (body: string, headers: Readonly<Record<string, string>> = {}) =>
    new Promise<{ body: string; headers: Record<string, unknown> }>((resolve, reject) => {
      const request = httpRequest(
        {
          agent,
          hostname,
          port,
          path: pathname,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            'content-length': Buffer.byteLength(body),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (piece: string) => (text += piece));
          response.on('end', () => resolve({ body: text, headers: response.headers }));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  return { post, close: () => agent.destroy() };
}
