// Owns conversations over stdio, as a desktop program has them: a process of the server's for each, a message a line.
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

import type { Conversation, Endpoint, Reply } from '../../src/validate/endpoint.ts';
import { toldBy } from '../../src/validate/outcome.ts';
import type { Outcome } from '../../src/validate/outcome.ts';
import { stopped } from '../child-process.ts';
import type { StdioCommand } from './start.ts';

export interface StdioEndpoint extends Pick<Endpoint, 'converse'> {
  /** Of the processes that are up. */
  readonly pids: () => number[];
}

const PROTOCOL = '2025-11-25';
const JSON_HEADERS = { 'content-type': 'application/json' };

export function createStdioEndpoint({ command, args, env }: StdioCommand): StdioEndpoint {
  const children = new Set<ChildProcessWithoutNullStreams>();

  async function converse(): Promise<Conversation> {
    const child = spawn(command, args, { env: { ...process.env, ...env } });
    children.add(child);
    child.stderr.resume();
    const pending = new Map<number, (text: string | null) => void>();
    let ended: string | null = null;
    const end = (why: string) => (): void => {
      ended = why;
      for (const answer of pending.values()) answer(null);
      pending.clear();
    };
    child.once('error', end('the program does not run'));
    child.once('exit', end('the process ended'));
    child.stdin.on('error', end('the process does not read'));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id } = JSON.parse(line) as { readonly id?: number };
      if (id === undefined) return;
      pending.get(id)?.(line);
      pending.delete(id);
    });
    let lastId = 0;

    async function request(method: string, params: object): Promise<Reply> {
      const started = performance.now();
      const id = (lastId += 1);
      const text = await new Promise<string | null>((resolve) => {
        if (ended !== null) return resolve(null);
        pending.set(id, resolve);
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      });
      const ms = performance.now() - started;
      if (text === null) {
        const outcome: Outcome = { kind: 'failed', why: ended ?? 'no answer' };
        return { outcome, body: null, ms, firstByteMs: null, bytes: 0 };
      }
      const told = toldBy({ status: 200, headers: JSON_HEADERS, text });
      return { ...told, ms, firstByteMs: ms, bytes: Buffer.byteLength(text) };
    }

    const clientInfo = { name: 'bench', version: '1' };
    await request('initialize', { protocolVersion: PROTOCOL, capabilities: {}, clientInfo });
    child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    return {
      request,
      call: (call) => request('tools/call', { name: call.tool, arguments: call.arguments }),
      async end() {
        await stopped(child);
        children.delete(child);
      },
    };
  }

  return { converse, pids: () => [...children].flatMap(({ pid }) => pid ?? []) };
}
