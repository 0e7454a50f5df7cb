// Owns pulling one answer over HTTP as a program would: bytes are counted, not parsed, so that as little as
// possible of the client is measured.
import { request as httpRequest } from 'node:http';
import { createGunzip } from 'node:zlib';

export interface Pulled {
  readonly ms: number;
  /** Until the first byte of the first row. */
  readonly firstMs: number;
  readonly bytes: number;
  /** As they came, before they were decompressed. */
  readonly wireBytes: number;
  /** The first and the last of the body. */
  readonly text: string;
}

const SHOWN_CHARS = 2000;
const FIRST_ROW = '"rows":[';

export function pulled(
  url: string,
  asked: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Pulled> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const request = httpRequest(url, { method: 'POST', agent: false, headers });
    request.on('error', reject);
    request.on('response', (response) => {
      let bytes = 0;
      let wireBytes = 0;
      let firstMs = Number.NaN;
      let start = '';
      let end = '';
      response.on('error', reject);
      response.on('data', (piece: Buffer) => (wireBytes += piece.length));
      const isCompressed = response.headers['content-encoding'] === 'gzip';
      const body = isCompressed ? response.pipe(createGunzip().on('error', reject)) : response;
      body.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (Number.isNaN(firstMs)) {
          start += piece.toString('latin1');
          if (start.includes(FIRST_ROW)) firstMs = performance.now() - started;
        }
        end = piece.subarray(-SHOWN_CHARS).toString('latin1');
      });
      body.on('end', () => {
        const text = start.slice(0, SHOWN_CHARS) + end;
        if (response.statusCode === 200) {
          resolve({ ms: performance.now() - started, firstMs, bytes, wireBytes, text });
        } else reject(new Error(`${response.statusCode}: ${text}`));
      });
    });
    request.end(asked);
  });
}
