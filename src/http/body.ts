// Owns the body of a response that may be long: compressed where the client takes that, at the pace of its
// socket, and ended with its connection when it takes nothing for long.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Transform, Writable } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import * as zlib from 'node:zlib';

import Negotiator from 'negotiator';

export interface Body {
  /** Resolves when there is room for more, or nobody to take it: see response.destroyed. */
  write(piece: Buffer): Promise<void>;
  /** Resolves when the last byte is handed to the socket, or when the client has gone. */
  end(): Promise<void>;
  /** As end, but the client sees that what it has is not all: the connection closes without the end of the body. */
  breakOff(): Promise<void>;
}

export interface BodyHead {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
}

/** A client that reads takes something within this; one that does not must keep neither session nor socket. */
export const PATIENCE_MS = 60_000;

/** Rows repeat themselves: more effort costs several times as much and saves next to nothing. */
const LEVEL = 1;
const PIECE_BYTES = 64 * 1024;
/** Of zstd, by its number: older versions of Node have neither the name nor the thing. */
const ZSTD_LEVEL = 100;

type Encoder = Transform & Pick<zlib.Gzip, 'flush'>;

const { createZstdCompress: createZstd } = zlib as {
  createZstdCompress?: (options: object) => Encoder;
};

/** Those that this Node has, the best first. */
const ENCODERS: ReadonlyMap<string, () => Encoder> = new Map(
  Object.entries({
    ...(createZstd && {
      zstd: () => createZstd({ params: { [ZSTD_LEVEL]: LEVEL }, chunkSize: PIECE_BYTES }),
    }),
    gzip: () => zlib.createGzip({ level: LEVEL, chunkSize: PIECE_BYTES }),
  }),
);
const NAMES = [...ENCODERS.keys()];

/** Sends the head, with what tells of the encoding. */
export function startBody(
  response: ServerResponse,
  { status, headers }: BodyHead,
  patienceMs = PATIENCE_MS,
): Body {
  const name = encodingFor(response.req);
  const create = ENCODERS.get(name);
  response.writeHead(status, {
    ...headers,
    vary: 'accept-encoding',
    ...(create && { 'content-encoding': name }),
  });
  if (create === undefined) return bodyInto(response, null, patienceMs);
  const encoder = create();
  encoder.pipe(response);
  encoder.on('error', () => response.destroy());
  response.once('close', () => encoder.destroy());
  return bodyInto(response, encoder, patienceMs);
}

/** A body whose head is sent, as it is. */
export function plainBody(response: ServerResponse, patienceMs = PATIENCE_MS): Body {
  return bodyInto(response, null, patienceMs);
}

/** What the types of the library do not know yet: who is preferred where the client likes all alike. */
interface Preferring {
  encoding(available: string[], options: { readonly preferred: string[] }): string | undefined;
}

function encodingFor(request: IncomingMessage): string {
  const negotiator: Preferring = new Negotiator(request);
  return negotiator.encoding([...NAMES, 'identity'], { preferred: NAMES }) ?? 'identity';
}

function bodyInto(response: ServerResponse, encoder: Encoder | null, patienceMs: number): Body {
  const sink = encoder ?? response;
  /** Until there is room again, or nobody to make any. */
  const heard = (stream: Writable, event: 'drain' | 'finish'): Promise<void> => {
    if (response.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const { socket } = response;
      // The socket's own, which sees that a piece of many megabytes goes on being taken.
      socket?.setTimeout(patienceMs);
      const settle = (): void => {
        socket?.setTimeout(0);
        stream.off(event, settle);
        response.off('close', settle);
        resolve();
      };
      // Before the server sets its own for the next request.
      stream.prependOnceListener(event, settle);
      response.once('close', settle);
    });
  };
  const closed = async (close: () => void): Promise<void> => {
    if (response.destroyed) return;
    const finished = heard(response, 'finish');
    close();
    await finished;
  };
  return {
    async write(piece) {
      if (!response.destroyed && !sink.write(piece)) await heard(sink, 'drain');
    },
    end: () => closed(() => sink.end()),
    async breakOff() {
      if (encoder && !encoder.destroyed) {
        await new Promise<void>((resolve) => encoder.flush(resolve));
        while (encoder.readableLength > 0 && !response.destroyed) {
          await (response.writableNeedDrain ? heard(response, 'drain') : immediate());
        }
      }
      await closed(() => response.socket?.destroySoon());
    },
  };
}
