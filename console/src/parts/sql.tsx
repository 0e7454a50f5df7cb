// Owns statements: laid out over lines as people write them. Only white space and the case of keywords change;
// what cannot be laid out is shown as it is.
import { useEffect, useState } from 'preact/hooks';

import { shownText } from '../shown.ts';

/** Laying out is for reading; a longer one nobody reads, and it would hold up the page. */
const MAX_CHARACTERS = 20_000;

export function Sql({ text }: { readonly text: string }) {
  const [laidOut, setLaidOut] = useState<{ of: string; as: string } | null>(null);
  useEffect(() => {
    let isShown = true;
    if (text.length <= MAX_CHARACTERS) {
      void layOut(text).then((as) => {
        if (isShown) setLaidOut({ of: text, as });
      });
    }
    return () => void (isShown = false);
  }, [text]);
  return (
    <pre class="sql" tabIndex={0} aria-label="Statement" role="group">
      <code>
        <bdi>{shownText(laidOut?.of === text ? laidOut.as : text)}</bdi>
      </code>
    </pre>
  );
}

async function layOut(sql: string): Promise<string> {
  const lay = await import('./lay-out.ts');
  try {
    return lay.layOut(sql);
  } catch {
    return sql;
  }
}
