// Owns the export: what a scope knows becomes a file, a page at a time.
import { useEffect, useRef, useState } from 'preact/hooks';

import { visibleJson } from '../../../src/lib/shown-text.ts';
import { useConsole } from '../console.ts';
import type { Exported } from '../contract-warm.ts';
import { bytes, plural } from '../format.ts';
import { useStoppable } from '../load.ts';
import { FaultBox } from '../parts/feedback.tsx';
import { ScopeSelect } from '../parts/scope-select.tsx';
import { Stoppable } from '../parts/stoppable.tsx';

const PAGE = 1000;
const NAME = 'known.json';

interface Saved {
  readonly url: string;
  readonly questions: number;
  readonly bytes: number;
}

export function WarmExport() {
  const { session } = useConsole();
  const work = useStoppable();
  const [scope, setScope] = useState<string | null>(null);
  const [read, setRead] = useState(0);
  const [saved, setSaved] = useState<Saved | null>(null);
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (!saved) return undefined;
    link.current?.click();
    return () => URL.revokeObjectURL(saved.url);
  }, [saved]);

  const save = (): void =>
    work.run(async (signal) => {
      setSaved(null);
      setRead(0);
      // Each page by itself, which the browser may keep on its disk.
      const pages: Blob[] = [];
      let questions = 0;
      let cursor: string | null = null;
      do {
        const args = { limit: PAGE, ...(scope && { scope }), ...(cursor && { cursor }) };
        const page: Exported = await session.call<Exported>('cache_export', args, signal);
        const lines = page.questions.map((entry) => visibleJson(JSON.stringify(entry)));
        if (lines.length > 0) {
          pages.push(new Blob([questions === 0 ? '[\n' : ',\n', lines.join(',\n')]));
        }
        questions += lines.length;
        setRead(questions);
        cursor = page.next_cursor;
      } while (cursor !== null);
      const file = new Blob([...pages, questions === 0 ? '[]\n' : '\n]\n'], {
        type: 'application/json',
      });
      setSaved({ url: URL.createObjectURL(file), questions, bytes: file.size });
    });

  return (
    <section aria-labelledby="export">
      <h2 id="export">Export</h2>
      <p class="muted">
        Every question that a scope knows, with its statement and without rows: before a migration,
        or for another server.
      </p>
      <div class="toolbar">
        <ScopeSelect value={scope} allLabel="Your own" onChange={setScope} />
        <button type="button" disabled={work.isBusy} onClick={save}>
          Export
        </button>
        {work.isBusy && (
          <Stoppable
            what="Exported"
            done={read}
            of={null}
            text={`${plural(read, 'question')} so far`}
            onStop={work.stop}
          />
        )}
      </div>
      {work.fault && <FaultBox fault={work.fault} />}
      <p role="status">
        {saved && (
          <>
            {plural(saved.questions, 'question')} in{' '}
            <a ref={link} href={saved.url} download={NAME}>
              {NAME}
            </a>{' '}
            ({bytes(saved.bytes)})
          </>
        )}
      </p>
    </section>
  );
}
