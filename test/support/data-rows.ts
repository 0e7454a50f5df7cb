// Owns rows as the protocol sends them, for tests that have no server.

/** A DataRow from its number of columns on. */
export function dataRow(cells: ReadonlyArray<string | null>): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(cells.length);
  return Buffer.concat([
    count,
    ...cells.map((cell) => {
      const text = cell === null ? Buffer.alloc(0) : Buffer.from(cell);
      const length = Buffer.alloc(4);
      length.writeInt32BE(cell === null ? -1 : text.length);
      return Buffer.concat([length, text]);
    }),
  ]);
}

/** Any message: what it is, how long, and what it says. */
export function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}
