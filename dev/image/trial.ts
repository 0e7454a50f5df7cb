// Owns trying an image that was built without Docker: it refuses to be open, serves as its user on a file system that
// it cannot write to, is found healthy by its own check, answers, and ends when it is told to.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Image } from './build.ts';
import { besideEnclosed, ended, insidePid, startEnclosed } from './enclosed.ts';

const HEALTHY_WITHIN_MS = 120_000;

/** @throws Error with what did not hold, and the log. */
export async function tryImage(image: Image, progress: (line: string) => void): Promise<void> {
  const { entrypoint, cmd, volumes } = image;
  const command = [...entrypoint, ...cmd];
  const enclosure = { ...image, writable: volumes };

  const open = await ended(startEnclosed(enclosure, command));
  check(
    open.code === 1 && open.said.includes('AUTH_TOKENS'),
    'it starts without tokens',
    open.said,
  );
  progress('without AUTH_TOKENS it refuses to start');

  const token = randomBytes(24).toString('hex');
  // In place of the port that Docker would publish on loopback.
  const env = {
    ...image.env,
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    AUTH_TOKENS: `trial:${token}:admin`,
    HOME: '/nowhere',
  };
  const served = { ...enclosure, env };
  const server = startEnclosed(served, command);
  const ending = ended(server);
  let log = '';
  server.stderr?.on('data', (data: Buffer) => (log += data.toString()));
  try {
    await untilHealthy(async () => {
      if (server.exitCode !== null) throw new Error(`it has ended:\n${log}`);
      return (await besideEnclosed(server, served, image.healthcheck)).code === 0;
    });
    progress('its health check ends with 0');
    const status = await readFile(`/proc/${await insidePid(server)}/status`, 'utf8');
    check(
      /^Uid:\t1000\t1000\t1000\t1000$/m.test(status),
      'it does not run as the user node',
      status,
    );
    check(/^CapEff:\t0+$/m.test(status), 'it has rights', status);
    const touch = ['sh', '-c', 'touch /app/x || touch /etc/x || touch /home/node/x'];
    check((await besideEnclosed(server, served, touch)).code !== 0, 'it can write', '');
    progress('it runs as node, with no rights, and cannot write to its own program');
    const asked = { ...served, env: { ...env, MCP_AUTH_TOKEN: token } };
    for (const args of [['cache', 'status'], ['reader-role']]) {
      const { code, said } = await besideEnclosed(server, asked, [...entrypoint, ...args]);
      check(code === 0, `askonce ${args.join(' ')} fails`, said);
    }
    progress('its commands work, and the server answers them');
    process.kill(await insidePid(server), 'SIGTERM');
    const { code, said } = await ending;
    check(code === 0, `told to end, it ended with ${code}`, said);
    progress('told to end, it drained and ended with 0');
  } finally {
    server.kill('SIGKILL');
  }
}

async function untilHealthy(isHealthy: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + HEALTHY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (await isHealthy()) return;
    await sleep(1000);
  }
  throw new Error('its health check never ended with 0');
}

function check(holds: boolean, fault: string, said: string): void {
  if (!holds) throw new Error(`${fault}:\n${said.slice(-4000)}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
