// Owns learning from a file: read in the browser, sent a batch at a time, stopped and gone on with, and what was
// refused told with its reason.
import { useRef, useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { WarmFault } from '../contract-warm.ts';
import { count, plural } from '../format.ts';
import { useAction, useStoppable } from '../load.ts';
import { FaultBox } from '../parts/feedback.tsx';
import { ReadRows } from '../parts/read-rows.tsx';
import { Stoppable } from '../parts/stoppable.tsx';
import { Excerpt, Shown } from '../parts/text.tsx';
import { NOTHING_SENT, readLessons, said, teachAll } from '../warming.ts';
import type { LessonFile } from '../warming.ts';

export function WarmFile() {
  const reading = useAction();
  const [file, setFile] = useState<LessonFile | null>(null);
  const [reads, setReads] = useState(0);
  const choose = (chosen: File): void => {
    setFile(null);
    reading.run(async () => {
      setFile(await readLessons(chosen));
      setReads((before) => before + 1);
    });
  };
  return (
    <section aria-labelledby="file">
      <h2 id="file">From a file</h2>
      <p class="muted">
        As Export writes it, or by hand:{' '}
        <code>{'[{"question": "…", "sql": "SELECT …", "params": []}]'}</code>
      </p>
      <label class="field">
        <span>Choose a JSON file, or drop it here</span>
        <input
          type="file"
          class="drop"
          accept=".json,application/json"
          disabled={reading.isBusy}
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.files?.[0];
            if (chosen) choose(chosen);
            // The same file, corrected, is a change as well.
            currentTarget.value = '';
          }}
        />
      </label>
      {reading.fault && <FaultBox fault={reading.fault} />}
      {file && <Lessons key={reads} of={file} />}
    </section>
  );
}

function Lessons({ of: { name, lessons, refused } }: { readonly of: LessonFile }) {
  const { session } = useConsole();
  const work = useStoppable();
  const [isRun, setRun] = useState(false);
  const [tally, setTally] = useState(NOTHING_SENT);
  const outcome = useRef<HTMLParagraphElement>(null);
  const isDone = tally.sent === lessons.length;
  const learn = (): void =>
    work.run(async (signal) => {
      await teachAll(session, lessons, tally, { isRun, signal, onSent: setTally });
      outcome.current?.focus();
    });
  const total = { ...tally, refused: tally.refused + refused.length };
  return (
    <>
      <p>
        <strong>
          <Shown text={name} />
        </strong>
        : {plural(lessons.length, 'question')}
        {refused.length > 0 && `, and ${count(refused.length)} that cannot be sent`}
      </p>
      <div class="toolbar">
        {!isDone && (
          <button type="button" class="primary" disabled={work.isBusy} onClick={learn}>
            {tally.sent === 0 ? `Learn ${plural(lessons.length, 'question')}` : 'Go on'}
          </button>
        )}
        {!isDone && <ReadRows isOn={isRun} onChange={setRun} />}
        {work.isBusy && (
          <Stoppable
            what="Sent"
            done={tally.sent}
            of={lessons.length}
            text={`${count(tally.sent)} of ${count(lessons.length)} sent`}
            onStop={work.stop}
          />
        )}
      </div>
      {work.fault && <FaultBox fault={work.fault} />}
      <p role="status" tabIndex={-1} ref={outcome}>
        {!work.isBusy && (tally.sent > 0 || isDone) && (
          <>
            {said(total)}
            {isDone ? '.' : `: ${count(lessons.length - tally.sent)} are left.`}
          </>
        )}
      </p>
      {total.refused > 0 && (
        <RefusedList of={[...refused, ...tally.faults]} refused={total.refused} />
      )}
    </>
  );
}

interface RefusedListProps {
  /** Those of which it is known why. */
  readonly of: readonly WarmFault[];
  readonly refused: number;
}

/** More nobody reads; the file is corrected and sent again. */
const MAX_SHOWN = 200;

function RefusedList({ of, refused }: RefusedListProps) {
  const shown = of.slice(0, MAX_SHOWN).sort((a, b) => a.number - b.number);
  return (
    <>
      <div class="scrolls short" role="region" aria-label="Refused" tabIndex={0}>
        <table>
          <caption>Refused</caption>
          <thead>
            <tr>
              <th scope="col" class="number">
                Number
              </th>
              <th scope="col">Question</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ number, question, message }) => (
              <tr key={number}>
                <td class="number">{count(number)}</td>
                <td>{question === '' ? '–' : <Excerpt text={question} />}</td>
                <td>
                  <Shown text={message} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {refused > shown.length && (
        <p class="muted">
          And {count(refused - shown.length)} more. Correct these and send the file again: what is
          known stays.
        </p>
      )}
    </>
  );
}
