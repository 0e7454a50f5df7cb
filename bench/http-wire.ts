// Owns just enough HTTP/1.1 for a load generator: requests as bytes that are built once, answers cut out of
// what a kept connection brings. Pure; knows length and chunks, no trailers, no compression.

export interface WireResponse {
  readonly status: number;
  /** Status line and headers, as they came. */
  readonly head: string;
  readonly body: Buffer;
}

export interface WireRequest {
  readonly method?: 'POST' | 'GET';
  readonly host: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const NOTHING = Buffer.alloc(0);

export function requestText({ method = 'POST', host, path, headers, body }: WireRequest): string {
  const all = {
    host,
    ...headers,
    ...(body !== undefined && { 'content-length': `${Buffer.byteLength(body)}` }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** Null where the answer has no such header. */
export function headerOf({ head }: Pick<WireResponse, 'head'>, name: string): string | null {
  return new RegExp(`^${name}: *(.*?)\\r?$`, 'im').exec(head)?.[1] ?? null;
}

export interface ResponseReader {
  readonly push: (chunk: Buffer) => void;
}

/** Calls back for each answer that is complete, in order. */
export function createResponseReader(onResponse: (response: WireResponse) => void): ResponseReader {
  let pending: Buffer = NOTHING;
  return {
    push(chunk) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      for (;;) {
        const cut = cutResponse(pending);
        if (!cut) return;
        pending = cut.end === pending.length ? NOTHING : pending.subarray(cut.end);
        onResponse(cut.response);
      }
    },
  };
}

interface Cut {
  readonly response: WireResponse;
  readonly end: number;
}

/** Null until the whole answer is there. */
function cutResponse(bytes: Buffer): Cut | null {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return null;
  const head = bytes.toString('latin1', 0, headEnd);
  const start = headEnd + HEAD_END.length;
  const status = Number(head.slice(9, 12));
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  const cut =
    length === undefined && /^transfer-encoding: *chunked/im.test(head)
      ? cutChunks(bytes, start)
      : cutLength(bytes, start, Number(length ?? 0));
  return cut && { response: { status, head, body: cut.body }, end: cut.end };
}

interface Body {
  readonly body: Buffer;
  readonly end: number;
}

function cutLength(bytes: Buffer, start: number, length: number): Body | null {
  const end = start + length;
  return end > bytes.length ? null : { body: bytes.subarray(start, end), end };
}

function cutChunks(bytes: Buffer, start: number): Body | null {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf(LINE_END, at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const from = lineEnd + LINE_END.length;
    const end = from + size + LINE_END.length;
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    if (end > bytes.length) return null;
    if (size === 0) return { body: Buffer.concat(parts), end };
    parts.push(bytes.subarray(from, from + size));
    at = end;
  }
}
