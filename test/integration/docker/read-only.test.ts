// The container's bounds without a container: an unprivileged user that can gain nothing, on a file system that it
// cannot write to, with a folder for data and one for what is temporary.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

import { ROOT, call, connect } from '../../support/askonce.ts';
import { freshDatabase } from '../../support/database.ts';
import { createSmallShop } from '../../support/small-shop.ts';

/** Of nobody, as far as the machine goes: the image's user is as little. */
const USER = 65_534;

/** Everything is read-only but two folders in memory; what is mounted here is seen by nobody else. */
const ENCLOSED = `
  set -e
  mount --make-rprivate /
  mount -t tmpfs -o mode=755 tmpfs /mnt
  mkdir /mnt/app /mnt/data
  mount --bind "$ROOT" /mnt/app
  mount -o remount,bind,ro /mnt/app
  mount -t tmpfs -o uid=${USER},gid=${USER},mode=700 tmpfs /mnt/data
  mount -t tmpfs -o size=16m,mode=1777 tmpfs /tmp
  mount -o remount,bind,ro /
  mount -o remount,ro /mnt
  cd /
  exec setpriv --reuid=${USER} --regid=${USER} --clear-groups --no-new-privs \\
    --bounding-set=-all --inh-caps=-all \\
    sh -c 'for folder in /mnt/app /mnt /var/tmp /; do
             if touch "$folder/written" 2>/dev/null; then echo "$folder can be written to"; exit 1; fi
           done
           exec "$0" --expose-gc /mnt/app/dist/src/main.js serve' "$NODE"`;

const probe = spawnSync('unshare', [
  '--mount',
  'sh',
  '-c',
  'mount -t tmpfs tmpfs /mnt && setpriv --version',
]);
const options =
  probe.status === 0 ? {} : { skip: 'only root on Linux can make such a file system' };

test(
  'the server runs as an unprivileged user on a read-only file system, with /data and /tmp alone',
  options,
  async (t) => {
    const { url, readerUrl } = await freshDatabase(t);
    await createSmallShop(url);
    const child = spawn('unshare', ['--mount', 'bash', '-c', ENCLOSED], {
      env: {
        PATH: process.env['PATH'] ?? '',
        ROOT,
        NODE: process.execPath,
        HOME: '/nowhere',
        PORT: '0',
        ASKONCE_DATA_DIR: '/mnt/data',
        // The cache is embedded: it is what writes.
        DATABASE_URL: readerUrl,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (log += String(data)));
    const exited = once(child, 'close');
    t.after(() => child.kill('SIGKILL'));
    const endpoint = await new Promise<string>((resolve, reject) => {
      child.stderr.on('data', () => {
        const found = /askonce is ready at (\S+)/.exec(log)?.[1];
        if (found) resolve(found);
      });
      void exited.then(() => reject(new Error(log)));
    });
    const client = await connect(t, endpoint);
    const question = 'how many customers are there?';
    const sql = 'SELECT count(*)::int AS n FROM customers';
    assert.deepEqual((await call(client, 'query', { question, sql })).rows, [[120]]);
    assert.equal((await call(client, 'ask', { question })).status, 'answered');
    await client.close();
    assert.doesNotMatch(log, /EROFS|EACCES|read-only file system|cache skipped/i);
    child.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    assert.equal(code, 0, log);
  },
);
