// Owns the command `npm run postgres -- start|stop|url|status`: a PostgreSQL with pgvector for
// development, the same that the tests make for themselves. stdout carries the answer only.
import { isAppError } from '../../src/errors.ts';
import { describe } from './handle.ts';
import { createServers } from './servers.ts';
import type { Servers } from './servers.ts';
import { localSurroundings } from './surroundings.ts';

const HELP = `Usage: npm run postgres -- start | stop | url | status

A throw-away PostgreSQL with pgvector on loopback, from what is at hand: an installed server
with the extension, else Docker, else Debian's packages (as root).

  start    bring it up, or find it up, and print its URL
  url      print the URL of the one that is up
  status   say whether one is up, and which
  stop     end it and delete its data

Silent: npm run --silent postgres -- url`;

const NOT_RUNNING = 'It is not running. Start it with: npm run postgres -- start\n';

type Command = (servers: Servers) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  async start(servers) {
    process.stdout.write(`${(await servers.startShared()).url}\n`);
    return 0;
  },
  async url(servers) {
    const server = await servers.shared();
    if (server) process.stdout.write(`${server.url}\n`);
    else process.stderr.write(NOT_RUNNING);
    return server ? 0 : 1;
  },
  async status(servers) {
    const server = await servers.shared();
    process.stdout.write(
      server
        ? `running: ${server.strategy}, ${describe(server.handle)}, ${server.url}\n`
        : 'not running\n',
    );
    return 0;
  },
  async stop(servers) {
    process.stdout.write((await servers.stopShared()) ? 'stopped\n' : 'was not running\n');
    return 0;
  },
};

async function main(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  if (args.some((arg) => arg === '--help' || arg === '-h') || name === 'help') {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || rest.length > 0) {
    process.stderr.write(`${HELP}\n`);
    return 2;
  }
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => abort.abort(new Error(`ended by ${signal}`)));
  }
  try {
    return await command(createServers(localSurroundings(process.env, abort.signal)));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = isAppError(error) && error.hint ? `\n${error.hint}` : '';
    process.stderr.write(`${message}${hint}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
