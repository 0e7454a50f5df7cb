// The bundle for desktop programs: built, unpacked and run as such a program does it, with what a person has filled in.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { getMcpConfigForManifest, unpackExtension } from '@anthropic-ai/mcpb';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { buildBundle } from '../../dev/bundle/build.ts';
import type { Manifest } from '../../dev/bundle/manifest.ts';
import { targetOf } from '../../dev/bundle/targets.ts';
import { ROOT, call } from '../support/askonce.ts';
import { freshDatabase } from '../support/database.ts';
import { fromRegistry, scratchFolder } from '../support/packages.ts';
import { createSmallShop } from '../support/small-shop.ts';
import { freePort, serverPid } from '../support/started-server.ts';

interface Unpacked {
  readonly folder: string;
  readonly manifest: Manifest;
}

async function unpacked(t: TestContext): Promise<Unpacked | null> {
  const scratch = await scratchFolder(t);
  const target = targetOf(`${process.platform}-${process.arch}`);
  const mcpbPath = await fromRegistry(t, () => buildBundle({ root: ROOT, target, into: scratch }));
  if (mcpbPath === null) return null;
  const folder = join(scratch, 'extension');
  assert.ok(await unpackExtension({ mcpbPath, outputDir: folder, silent: true }));
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  return { folder, manifest };
}

type Filled = Readonly<Record<string, string | number>>;

/** On a computer where askonce has never run; its server ends with the test. */
async function openWindow(t: TestContext, { folder, manifest }: Unpacked, userConfig: Filled) {
  const home = await scratchFolder(t);
  const config = await getMcpConfigForManifest({
    manifest,
    extensionPath: folder,
    systemDirs: { HOME: home },
    userConfig: { port: await freePort(), ...userConfig },
    pathSeparator: '/',
  });
  assert.ok(config);
  const client = new Client({ name: 'askonce-tests', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: config.command,
      args: config.args ?? [],
      env: { PATH: process.env['PATH'] ?? '', HOME: home, ...config.env },
      cwd: home,
      stderr: 'ignore',
    }),
  );
  const pid = await serverPid(join(home, '.askonce'));
  t.after(async () => {
    await client.close();
    process.kill(pid);
  });
  return client;
}

test('the bundle answers in a desktop program', async (t) => {
  const bundle = await unpacked(t);
  if (bundle === null) return;

  await t.test('with every field left blank it has the demo shop', async (each) => {
    // So do programs that put nothing in the place of what is blank.
    const { env = {} } = bundle.manifest.server.mcp_config;
    const blank = { database_url: env['DATABASE_URL'] ?? '', cache_database_url: '' };
    assert.match(blank.database_url, /^\$\{/);
    const client = await openWindow(each, bundle, blank);
    assert.equal(client.getServerVersion()?.version, bundle.manifest.version);
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'ask'));
    const question = 'how many customers are there?';
    const asked = await call(client, 'ask', { question });
    assert.equal(asked.status, 'needs_sql');
    assert.ok(asked.schema.some(({ table }) => table === 'customers'));
    const sql = 'SELECT count(*) FROM customers';
    const answer = await call(client, 'query', { question, sql });
    assert.equal(answer.row_count, 1);
    assert.deepEqual((await call(client, 'ask', { question })).rows, answer.rows);
  });

  await t.test('with a database filled in it has that one, within its rules', async (each) => {
    const { url, readerUrl } = await freshDatabase(each);
    await createSmallShop(url);
    const filled = { database_url: readerUrl, allowed_tables: 'orders' };
    const client = await openWindow(each, bundle, filled);
    const { resources } = await client.listResources();
    assert.deepEqual(
      resources.map(({ uri }) => uri),
      ['schema://overview', 'schema://table/orders'],
    );
  });
});
