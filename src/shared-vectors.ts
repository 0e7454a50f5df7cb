// Owns that a text of the schema is embedded once, however many roles see it.
import { LRUCache } from 'lru-cache';

type Embed = (text: string) => Promise<Float32Array>;

/** At 1 KB each about 10 MB. */
const MAX_TEXTS = 10_000;

export function createSharedVectors(embed: Embed): Embed {
  const vectors = new LRUCache<string, Promise<Float32Array>>({ max: MAX_TEXTS });
  return (text) => {
    const known = vectors.get(text);
    if (known) return known;
    const made = embed(text);
    vectors.set(text, made);
    // What failed is tried again by whoever asks next.
    made.catch(() => vectors.delete(text));
    return made;
  };
}
