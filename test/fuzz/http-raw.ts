// Owns HTTP as bytes: a request is sent as it is, however wrong, and what comes back is read by the letter. Nothing of
// Node's own client stands between, which would put right what is to be wrong.
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface RawRequest {
  readonly bytes: Buffer;
  /** How many of them are sent before the client goes without a word; all where it stays. */
  readonly abortAt?: number;
  /** It says that it sends no more, and waits: of a request that was not whole nothing more can come. */
  readonly isHalf?: boolean;
  /** In how many pieces. */
  readonly pieces?: number;
}

export interface RawResponse {
  readonly status: number;
  /** By lower-case name; the last of several. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What came: a response, nothing at all, nothing in time, what is none, or the beginning of one. */
export type RawOutcome =
  | { readonly kind: 'response'; readonly response: RawResponse }
  | { readonly kind: 'closed' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'left' }
  | { readonly kind: 'malformed'; readonly why: string }
  | { readonly kind: 'cut'; readonly why: string };

export interface RawTarget {
  readonly host: string;
  readonly port: number;
  readonly patienceMs: number;
}

/** Each on a connection of its own, from an address of its own: ports of one address run out. */
export function sendRaw(
  { host, port, patienceMs }: RawTarget,
  request: RawRequest,
  from: string,
): Promise<RawOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, localAddress: from });
    socket.setNoDelay(true);
    let received = Buffer.alloc(0);
    const end = (outcome: RawOutcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => end({ kind: 'silence' }), patienceMs);
    const isHead = request.bytes.toString('latin1', 0, 5) === 'HEAD ';
    const look = (isOver: boolean): void => {
      const read = readResponse(received, { isOver, isHead });
      if (typeof read === 'string') end({ kind: isOver ? 'cut' : 'malformed', why: read });
      else if (read !== null) end({ kind: 'response', response: read });
      else if (isOver) end({ kind: 'closed' });
    };
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      look(false);
    });
    socket.on('error', () => look(true));
    socket.on('close', () => look(true));
    socket.once('connect', () => {
      void send(socket, request).then((isLeft) => {
        if (isLeft) end({ kind: 'left' });
      });
    });
  });
}

/** Whether the client is gone. */
async function send(socket: Socket, request: RawRequest): Promise<boolean> {
  const { bytes, abortAt, isHalf = false, pieces = 1 } = request;
  const upTo = abortAt ?? bytes.length;
  const size = Math.max(1, Math.ceil(upTo / pieces));
  for (let at = 0; at < upTo && !socket.destroyed; at += size) {
    const piece = bytes.subarray(at, Math.min(upTo, at + size));
    await new Promise((resolve) => {
      socket.once('close', resolve);
      socket.write(piece, resolve);
    });
    if (pieces > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  if (isHalf) socket.end();
  return abortAt !== undefined;
}

/** Null where more must come; why it is no response, where it is none. */
function readResponse(
  received: Buffer,
  { isOver, isHead }: { readonly isOver: boolean; readonly isHead: boolean },
): RawResponse | string | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return isOver && received.length > 0 ? 'its head has no end' : null;
  const [first = '', ...lines] = received.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  if (!status) return `it begins with ${JSON.stringify(first.slice(0, 100))}`;
  const rest = received.subarray(headEnd + 4);
  // 100 Continue stands before the response.
  if (status < 200) return readResponse(rest, { isOver, isHead });
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([\w-]+):[ \t]*([\t -~\x80-\xff]*)$/.exec(line) ?? [];
    if (name === undefined) return `a header is ${JSON.stringify(line.slice(0, 100))}`;
    headers.set(name.toLowerCase(), value!);
  }
  // Of a head alone is asked, or it is all that there is.
  if (isHead || status === 204 || status === 304) return { status, headers, body: Buffer.alloc(0) };
  const body = bodyOf(rest, headers, isOver);
  return typeof body === 'string' || body === null ? body : { status, headers, body };
}

function bodyOf(
  rest: Buffer,
  headers: ReadonlyMap<string, string>,
  isOver: boolean,
): Buffer | string | null {
  const length = headers.get('content-length');
  if (headers.get('transfer-encoding') === 'chunked') return chunksOf(rest, isOver);
  if (length === undefined) return isOver ? rest : null;
  if (rest.length >= Number(length)) return rest.subarray(0, Number(length));
  return isOver ? 'its body is shorter than it says' : null;
}

function chunksOf(rest: Buffer, isOver: boolean): Buffer | string | null {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return isOver ? 'its last chunk is missing' : null;
    const size = Number.parseInt(rest.subarray(at, lineEnd).toString('latin1'), 16);
    if (Number.isNaN(size)) return 'a chunk has no size';
    if (size === 0) return Buffer.concat(chunks);
    const end = lineEnd + 2 + size;
    if (rest.length < end + 2) return isOver ? 'a chunk is cut' : null;
    chunks.push(rest.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
