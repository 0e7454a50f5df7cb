// Owns two questions side by side: which words differ, what the frames say of each, and what was found to
// differ in meaning.
import type { Frame, Frames } from '../contract.ts';
import { compareWords } from '../words.ts';
import type { Word } from '../words.ts';
import { Shown } from './text.tsx';

interface ComparisonProps {
  readonly earlier: string;
  readonly later: string;
  readonly differences: readonly string[];
  readonly frames: Frames;
}

export function Comparison({ earlier, later, differences, frames }: ComparisonProps) {
  const words = compareWords(earlier, later);
  return (
    <div class="comparison">
      <dl class="pair">
        <dt>Earlier</dt>
        <dd>
          <Marked words={words.earlier} />
        </dd>
        <dt>New</dt>
        <dd>
          <Marked words={words.later} />
        </dd>
      </dl>
      <Differences of={differences} />
      <FrameTable frames={frames} />
    </div>
  );
}

function Marked({ words }: { readonly words: readonly Word[] }) {
  return (
    <bdi>
      {words.map(({ text, isShared }, at) => (
        <>
          {at > 0 && ' '}
          {isShared ? (
            <Shown text={text} />
          ) : (
            <mark>
              <Shown text={text} />
            </mark>
          )}
        </>
      ))}
    </bdi>
  );
}

function Differences({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return <p class="muted">No difference in meaning was found.</p>;
  return (
    <div>
      <h3>Differences</h3>
      <ul class="differences">
        {of.map((difference) => (
          <li key={difference}>
            <Shown text={difference} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function FrameTable({ frames }: { readonly frames: Frames }) {
  const parts = [...new Set([...Object.keys(frames.earlier), ...Object.keys(frames.later)])];
  if (parts.length === 0) return null;
  return (
    <div class="scrolls" tabIndex={0} role="group" aria-label="What was understood">
      <table class="frames">
        <caption>What was understood</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">Earlier</th>
            <th scope="col">New</th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part}>
              <th scope="row">{part}</th>
              <td>
                <FrameItems of={frames.earlier} against={frames.later} part={part} />
              </td>
              <td>
                <FrameItems of={frames.later} against={frames.earlier} part={part} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface FrameItemsProps {
  readonly of: Frame;
  readonly against: Frame;
  readonly part: string;
}

function FrameItems({ of, against, part }: FrameItemsProps) {
  const others = new Set(itemsOf(against[part]));
  const items = itemsOf(of[part]);
  if (items.length === 0) return <span class="muted">–</span>;
  return (
    <ul class="chips">
      {items.map((item) => (
        <li key={item}>
          {others.has(item) ? (
            <Shown text={item} />
          ) : (
            <mark>
              <Shown text={item} />
            </mark>
          )}
        </li>
      ))}
    </ul>
  );
}

function itemsOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [...new Set(value.flatMap(itemsOf))];
  return [typeof value === 'object' ? JSON.stringify(value) : String(value)];
}
