// Owns where the figures of the peers stand: docs/peers.json, and the tables made of it in README.md and docs/peers.md.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../../src/errors.ts';
import type { PeersFigures } from './figures.ts';
import { putBetween } from './markdown.ts';
import { PLACES } from './tables.ts';

export const STORED = 'docs/peers.json';

/** The places of each document, by the names of PLACES. */
export const DOCUMENTS: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['summary'],
  'docs/peers.md': ['run', 'servers', 'agents', 'large', 'burst', 'field'],
};

/** @throws AppError INPUT_INVALID where the file holds no figures of peers. */
export async function readFigures(file: string): Promise<PeersFigures> {
  try {
    const figures = JSON.parse(await readFile(file, 'utf8')) as PeersFigures;
    if (figures['bench'] === 'peers') return figures;
  } catch (cause) {
    throw new AppError('INPUT_INVALID', `${file} cannot be read: ${String(cause)}`, { cause });
  }
  throw new AppError('INPUT_INVALID', `${file} holds no figures of \`peers\`.`, {
    hint: 'npm run bench -- peers --json > FILE',
  });
}

export async function writeDocuments(root: string, figures: PeersFigures): Promise<void> {
  const stored = { bench: 'peers', ...figures };
  await writeFile(join(root, STORED), `${JSON.stringify(stored, null, 2)}\n`);
  for (const [path, places] of Object.entries(DOCUMENTS)) {
    const file = join(root, path);
    const filled = places.reduce(
      (text, place) => putBetween(text, place, PLACES[place]!(figures)),
      await readFile(file, 'utf8'),
    );
    await writeFile(file, filled);
  }
}
