// Owns the framing of stdio: bytes in, lines out, none longer than allowed, and no more of them than the
// reader asks for. The SDK's stdio transport is not used for this: it skips lines that are not JSON
// without a word, ends on a long one, and cannot answer once its input has closed.
export type Line =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too-long'; readonly maxBytes: number };

const NEWLINE = 0x0a;

export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Line> {
  let pieces: Uint8Array[] = [];
  let size = 0;

  function take(piece: Uint8Array): void {
    size += piece.length;
    // What is too long is counted, not kept.
    if (size <= maxBytes) pieces.push(piece);
    else pieces = [];
  }

  function finish(): Line | null {
    const text = Buffer.concat(pieces).toString('utf8').trim();
    const isTooLong = size > maxBytes;
    pieces = [];
    size = 0;
    if (isTooLong) return { kind: 'too-long', maxBytes };
    return text === '' ? null : { kind: 'text', text };
  }

  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      const line = finish();
      if (line) yield line;
    }
    take(chunk.subarray(start));
  }
  const last = finish();
  if (last) yield last;
}
