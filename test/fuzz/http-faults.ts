// Owns what can be wrong about a request, from the JSON in it to the way in which its bytes are sent.
import { gzipSync } from 'node:zlib';

import type { Chance } from './chance.ts';
import type { RawRequest } from './http-raw.ts';
import { goodRequest } from './http-requests.ts';
import type { Headers, Surroundings } from './http-requests.ts';
import { mutatedJson, mutatedText } from './json-mutations.ts';

export interface FuzzedRequest extends RawRequest {
  /** As HTTP it is wrong, or not all of it was sent: it need not be answered. */
  readonly isBroken: boolean;
  /** It carries no token that lets anybody in. */
  readonly isAnonymous: boolean;
}

const VERSIONS = [
  '2024-11-05',
  '2025-03-26',
  '2025-06-18',
  '2025-11-25',
  '2026-07-28',
  '1999-01-01',
  '',
  '2026-07-28, 2025-11-25',
  'x'.repeat(500),
];

const CONTENT_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-16',
  'application/json; charset=latin1',
  'text/plain',
  'text/json',
  'application/xml',
  '',
  '*/*',
  'application/json, text/plain',
  'multipart/form-data; boundary=x',
  'APPLICATION/JSON',
  'application/json; charset="',
  'application/x-www-form-urlencoded',
];
const ACCEPTS = [
  'application/json',
  'text/event-stream',
  '*/*',
  '',
  'text/html',
  'application/json;q=0, text/event-stream',
  'application/*;q=x',
  ','.repeat(200),
];
const HOSTS = [
  '127.0.0.1',
  'localhost',
  'evil.example',
  '127.0.0.1:99999',
  '',
  '[::1]',
  'localhost@evil.example',
  'a b',
  '127.0.0.1, evil.example',
  '\xff',
];
const ODD_VALUES = [
  '',
  ' ',
  'x',
  '\t',
  '\xff\xfe',
  'é',
  '%00',
  'x'.repeat(2000),
  'x'.repeat(20_000),
  '__proto__',
  '[object Object]',
  '00000000-0000-4000-8000-000000000000',
  '0',
  '-1',
  'null',
];
const NAMES = [
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'accept',
  'origin',
  'content-encoding',
  'accept-encoding',
  'expect',
  'last-event-id',
  'x-forwarded-for',
  'cookie',
  'range',
  'if-none-match',
  'upgrade',
  'connection',
  'te',
  'trailer',
  '__proto__',
  'transfer-encoding',
  'content-length',
  'x y',
  'x:y',
  '',
];

function oddHeaders(given: Headers, chance: Chance): Headers {
  const headers = [...given];
  for (let count = 1 + chance.below(3); count > 0; count -= 1) {
    const at = chance.below(headers.length);
    const [name, value] = headers[at] ?? ['x', 'y'];
    chance.weighted<() => unknown>([
      [2, () => headers.splice(at, 1)],
      [2, () => headers.push([name, value])],
      [2, () => headers.push([name, chance.pick(ODD_VALUES)])],
      [2, () => headers.splice(at, 1, [name, chance.pick(ODD_VALUES)])],
      [2, () => headers.push([chance.pick(NAMES), chance.pick(ODD_VALUES)])],
      [2, () => headers.push(['mcp-protocol-version', chance.pick(VERSIONS)])],
      [2, () => headers.push(['content-type', chance.pick(CONTENT_TYPES)])],
      [1, () => headers.unshift(['content-type', chance.pick(CONTENT_TYPES)])],
      [1, () => headers.push(['accept', chance.pick(ACCEPTS)])],
      [1, () => headers.push(['host', chance.pick(HOSTS)])],
      [
        1,
        () =>
          headers.splice(
            headers.findIndex(([one]) => one === 'host'),
            1,
            ['host', chance.pick(HOSTS)],
          ),
      ],
      [
        1,
        () =>
          headers.push([
            'origin',
            chance.pick(['https://evil.example', 'null', 'http://localhost', 'x']),
          ]),
      ],
      [1, () => headers.splice(at, 1, [name.toUpperCase(), value])],
      [
        0.3,
        () =>
          headers.push(...Array.from({ length: 150 }, (_, index) => [`x-${index}`, 'y'] as const)),
      ],
      [0.5, () => headers.push(['expect', chance.pick(['100-continue', 'x'])])],
      [
        0.5,
        () =>
          headers.push([
            'accept-encoding',
            chance.pick(['zstd', 'gzip', 'br;q=x', '*;q=0', 'identity;q=0']),
          ]),
      ],
    ])();
  }
  return headers;
}

const METHODS = [
  'GET',
  'PUT',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'PATCH',
  'TRACE',
  'CONNECT',
  'QUERY',
  'post',
  'X',
  '',
  'POST POST',
  'PRI',
];
const PATHS = [
  '/mcp?x=1',
  '/mcp/',
  '//mcp',
  '/MCP',
  '/mcp%00',
  '/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/results/x',
  '/results/..%2f..%2fetc',
  '/results/%',
  '/results/a?format=xml',
  '/results/a?from=-1&rows=1e9',
  '/results/a?rows=1&rows=2',
  '/results/__proto__',
  '/.well-known/oauth-protected-resource/mcp',
  '*',
  'http://evil.example/mcp',
  '/mcp#x',
  '/\xff',
  '',
  '/mcp HTTP/1.1\r\nx: y',
  `/${'x'.repeat(20_000)}`,
  '/results/a?__proto__[x]=1',
];
const PROTOCOLS = ['HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/9', '', 'HTTPS/1.1', 'http/1.1'];

export function fuzzedRequest(chance: Chance, surroundings: Surroundings): FuzzedRequest {
  const made = goodRequest(chance, surroundings);
  const body = chance.weighted<() => Buffer>([
    [4, () => Buffer.from(mutatedJson(made.value, chance))],
    [4, () => Buffer.from(withMutatedArguments(made.value, chance))],
    [3, () => Buffer.from(JSON.stringify(made.value))],
    [2, () => mutatedText(JSON.stringify(made.value), chance)],
  ])();
  const isAnonymous = chance.is(0.05);
  const token = isAnonymous
    ? chance.pick(['', 'wrong', 'x'.repeat(17_000)])
    : chance.pick(surroundings.tokens);
  const headers: Headers = [
    ['host', '127.0.0.1'],
    ['content-type', 'application/json'],
    ['accept', 'application/json, text/event-stream'],
    ...(token === '' ? [] : [['authorization', `Bearer ${token}`] as const]),
    ...made.headers,
  ];
  const isOdd = chance.is(0.25);
  const wholly = { headers: isOdd ? oddHeaders(headers, chance) : headers, body };
  // Which of two tokens counts, or whether one is left, is not to be foretold.
  const isKnownAnonymous = isAnonymous && !isOdd;
  const sent = chance.is(0.2)
    ? wronglySent(wholly, surroundings, chance)
    : wellSent(wholly, isOdd, chance);
  return { ...sent, isAnonymous: isKnownAnonymous && !sent.isBroken };
}

/** What is around them is in order: it gets further in. */
function withMutatedArguments(value: unknown, chance: Chance): string {
  const { params } = value as { params?: { arguments?: unknown } };
  if (params?.arguments === undefined) return mutatedJson(value, chance);
  const held = '@arguments@';
  const text = JSON.stringify({ ...(value as object), params: { ...params, arguments: held } });
  return text.replace(JSON.stringify(held), () => mutatedJson(params.arguments, chance));
}

interface Whole {
  readonly headers: Headers;
  readonly body: Buffer;
}

const head = (line: string, headers: Headers): Buffer =>
  Buffer.from(
    `${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    'latin1',
  );

function wellSent(
  { headers, body }: Whole,
  isOdd: boolean,
  chance: Chance,
): Omit<FuzzedRequest, 'isAnonymous'> {
  const isChunked = chance.is(0.2);
  const length: Headers = isChunked
    ? [['transfer-encoding', 'chunked']]
    : [['content-length', String(body.length)]];
  const bytes = Buffer.concat([
    head('POST /mcp HTTP/1.1', [...headers, ...length]),
    isChunked ? chunked(body, chance) : body,
  ]);
  // Headers that nobody can foretell may speak of the length, too.
  return { bytes, isBroken: isOdd, isHalf: isOdd, pieces: chance.pick([1, 1, 1, 2, 7]) };
}

function chunked(body: Buffer, chance: Chance): Buffer {
  const size = 1 + chance.below(Math.max(1, body.length));
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}

function wronglySent(
  { headers, body }: Whole,
  { known }: Surroundings,
  chance: Chance,
): Omit<FuzzedRequest, 'isAnonymous'> {
  const length = (count: number | string): Headers => [['content-length', String(count)]];
  const request = (line: string, more: Headers, content = body): Buffer =>
    Buffer.concat([head(line, [...headers, ...more]), content]);
  const post = 'POST /mcp HTTP/1.1';
  const whole = request(post, length(body.length));
  const broken = (bytes: Buffer) => ({ bytes, isBroken: true, isHalf: true });
  return chance.weighted<() => Omit<FuzzedRequest, 'isAnonymous'>>([
    [3, () => ({ bytes: whole, isBroken: true, abortAt: chance.below(whole.length + 1) })],
    [2, () => broken(whole.subarray(0, chance.below(whole.length)))],
    [
      2,
      () =>
        broken(
          request(
            post,
            length(
              chance.pick([
                body.length + 10,
                Math.max(0, body.length - 5),
                -1,
                'x',
                '1e3',
                '0x10',
                '99999999999999999999',
                '5, 6',
              ]),
            ),
          ),
        ),
    ],
    [
      2,
      () =>
        broken(
          request(post, [
            [
              'transfer-encoding',
              chance.pick(['chunked', 'gzip, chunked', 'x', 'chunked, chunked', 'identity']),
            ],
          ]),
        ),
    ],
    [1, () => broken(request(post, [['transfer-encoding', 'chunked'], ...length(body.length)]))],
    [
      1,
      () =>
        broken(
          request(
            post,
            [['transfer-encoding', 'chunked']],
            Buffer.from(
              `${chance.pick(['g', '-1', 'ffffffffff', '5;x=y', ''])}\r\nhello\r\n0\r\n\r\n`,
            ),
          ),
        ),
    ],
    [2, () => broken(request(`${chance.pick(METHODS)} /mcp HTTP/1.1`, length(body.length)))],
    [
      2,
      () =>
        broken(
          request(
            `${chance.pick(['GET', 'POST'])} ${chance.pick(PATHS)} HTTP/1.1`,
            length(body.length),
          ),
        ),
    ],
    [
      1,
      () =>
        broken(
          request(
            `GET /results/${chance.pick(known)}?format=${chance.pick(['json', 'csv', 'ndjson', 'x'])} HTTP/1.1`,
            length(0),
            Buffer.alloc(0),
          ),
        ),
    ],
    [1, () => broken(request(`POST /mcp ${chance.pick(PROTOCOLS)}`, length(body.length)))],
    [
      1,
      () => {
        const packed = gzipSync(chance.is(0.3) ? Buffer.alloc(6_000_000, ' ') : body);
        return broken(
          request(
            post,
            [
              ['content-encoding', chance.pick(['gzip', 'deflate', 'br', 'x'])],
              ...length(packed.length),
            ],
            packed,
          ),
        );
      },
    ],
    [1, () => broken(Buffer.concat([whole, whole, Buffer.from('GARBAGE')]))],
    [0.5, () => broken(Buffer.from(Array.from({ length: 300 }, () => chance.below(256))))],
    [0.5, () => broken(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))],
    [0.5, () => broken(Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'latin1'))],
  ])();
}
