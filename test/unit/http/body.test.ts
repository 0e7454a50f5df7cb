import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import * as zlib from 'node:zlib';

import { startBody } from '../../../src/http/body.ts';

const LINES = Array.from({ length: 20_000 }, (_, row) => `[${row},"Größe","said \\"${row}\\""],\n`);
const TEXT = LINES.join('');
const { zstdDecompressSync: zstdDecompress } = zlib as {
  zstdDecompressSync?: (bytes: Buffer) => Buffer;
};

async function serverOf(t: TestContext, answer: (response: ServerResponse) => Promise<void>) {
  let onAnswered = (): void => {};
  const answered = new Promise<void>((resolve) => (onAnswered = resolve));
  const server = createServer((_request, response) => {
    void answer(response).then(onAnswered);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, answered };
}

async function answerLines(response: ServerResponse): Promise<void> {
  const body = startBody(response, { status: 200, headers: { 'content-type': 'text/plain' } });
  for (let at = 0; at < LINES.length; at += 500) {
    await body.write(Buffer.from(LINES.slice(at, at + 500).join('')));
  }
  await body.end();
}

async function asked(port: number, accepted: string | null) {
  const headers = accepted === null ? {} : { 'accept-encoding': accepted };
  const [response] = (await once(get({ port, host: '127.0.0.1', headers }), 'response')) as [
    IncomingMessage,
  ];
  return {
    encoding: response.headers['content-encoding'],
    response,
    bytes: await buffer(response),
  };
}

test('a client that takes gzip gets it, and a fraction of the bytes', async (t) => {
  const { port } = await serverOf(t, answerLines);
  for (const accepted of ['gzip, deflate', 'br, gzip;q=0.5', '*, zstd;q=0', 'GZIP']) {
    const { encoding, response, bytes } = await asked(port, accepted);
    assert.equal(encoding, 'gzip', accepted);
    assert.equal(response.headers.vary, 'accept-encoding');
    assert.equal(zlib.gunzipSync(bytes).toString(), TEXT);
    assert.ok(bytes.length < TEXT.length / 3, `${bytes.length} of ${TEXT.length}`);
  }
});

test('a client that takes nothing of the kind gets the bytes as they are', async (t) => {
  const { port } = await serverOf(t, answerLines);
  for (const accepted of [
    null,
    '',
    'identity',
    'br',
    'gzip;q=0',
    'gzip;q=0, *;q=0',
    'identity, gzip;q=0.5',
    'nonsense,,;=',
  ]) {
    const { encoding, bytes } = await asked(port, accepted);
    assert.equal(encoding, undefined, `${accepted}`);
    assert.equal(bytes.toString(), TEXT);
  }
});

test('zstd comes before gzip where this Node has it, and is not promised where it has not', async (t) => {
  const { port } = await serverOf(t, answerLines);
  const { encoding, bytes } = await asked(port, 'gzip, deflate, br, zstd');
  assert.equal(encoding, zstdDecompress ? 'zstd' : 'gzip');
  assert.equal((zstdDecompress ?? zlib.gunzipSync)(bytes).toString(), TEXT);
  const { encoding: alone } = await asked(port, 'zstd');
  assert.equal(alone, zstdDecompress ? 'zstd' : undefined);
});

test('a client that reads slowly, but reads, is not cut off, however large a piece is', async (t) => {
  const size = 24 * 1024 * 1024;
  const { port, answered } = await serverOf(t, async (response) => {
    const body = startBody(response, { status: 200, headers: {} }, 1000);
    await body.write(Buffer.alloc(size, 'x'));
    await body.end();
  });
  const client = connect(port, '127.0.0.1');
  t.after(() => client.destroy());
  client.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  let bytes = 0;
  client.on('data', (piece: Buffer) => {
    bytes += piece.length;
    client.pause();
    setTimeout(() => client.resume(), 5);
  });
  await once(client, 'end');
  await answered;
  assert.ok(bytes > size, `${bytes} bytes`);
});

for (const accepted of ['identity', 'gzip']) {
  test(`what is broken off has come so far, and is seen to be broken off (${accepted})`, async (t) => {
    const { port } = await serverOf(t, async (response) => {
      const body = startBody(response, { status: 200, headers: {} });
      await body.write(Buffer.from(TEXT));
      await body.breakOff();
    });
    const headers = { 'accept-encoding': accepted };
    const asking = get({ port, host: '127.0.0.1', headers });
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    await assert.rejects(once(response, 'end'), /aborted/);
    const bytes = Buffer.concat(pieces);
    const lenient = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
    const text = accepted === 'gzip' ? zlib.gunzipSync(bytes, lenient) : bytes;
    assert.equal(text.toString(), TEXT);
  });

  test(`a client that stops reading is cut off after a while (${accepted})`, async (t) => {
    let isEnded = false;
    // What does not become smaller, or the socket would take it for ever.
    const noise = Buffer.from(Array.from({ length: 1024 * 1024 }, () => Math.random() * 256));
    const { port, answered } = await serverOf(t, async (response) => {
      const body = startBody(response, { status: 200, headers: {} }, 50);
      while (!response.destroyed) await body.write(noise);
      await body.end();
      isEnded = true;
    });
    const client = connect(port, '127.0.0.1').pause();
    t.after(() => client.destroy());
    client.write(`GET / HTTP/1.1\r\nhost: a\r\naccept-encoding: ${accepted}\r\n\r\n`);
    await answered;
    assert.equal(isEnded, true);
  });

  test(`a client that leaves is waited for by nobody (${accepted})`, async (t) => {
    const { port, answered } = await serverOf(t, async (response) => {
      const body = startBody(response, { status: 200, headers: {} });
      while (!response.destroyed) await body.write(Buffer.alloc(256 * 1024, 'x'));
      await body.end();
    });
    const client = connect(port, '127.0.0.1');
    client.write(`GET / HTTP/1.1\r\nhost: a\r\naccept-encoding: ${accepted}\r\n\r\n`);
    await once(client, 'data');
    client.destroy();
    await answered;
  });
}
