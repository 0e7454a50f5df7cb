// Owns the review queue: what agents reported, what was checked in the shadow, what was left to an agent. One
// item at a time, a key for each verdict, beside the list of what is left.
import { useEffect, useRef, useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { ReviewItem, ReviewQueue } from '../contract-policy.ts';
import type { Label } from '../contract.ts';
import { plural, time } from '../format.ts';
import { useLoad } from '../load.ts';
import { OutcomeBadge } from '../parts/badges.tsx';
import { DecisionBody } from '../parts/decision.tsx';
import { Empty, FaultBox, LoadedView } from '../parts/feedback.tsx';
import { useListKeys } from '../parts/list-keys.ts';
import { ScopeSelect } from '../parts/scope-select.tsx';
import { Excerpt, Foldable } from '../parts/text.tsx';
import { useJudging } from '../parts/verdict.ts';
import { useShortcuts } from '../shortcuts.ts';

const LIMIT = 50;

const ABOUT_KINDS: Readonly<Record<ReviewItem['kind'], string>> = {
  report: 'An agent reported the answer as wrong.',
  check: 'Served, and the agent was asked whether it was right.',
  confirm: 'Left to the agent, who has not said.',
};
const REPORTED_RIGHT = 'An agent reported the answer as right.';

export function Review() {
  const { session, router } = useConsole();
  const scope = router.route.value.choices.get('scope');
  const [round, setRound] = useState(0);
  const queue = useLoad(`${scope ?? ''} ${round}`, (abort) =>
    session.call<ReviewQueue>('cache_review', { limit: LIMIT, ...(scope && { scope }) }, abort),
  );
  return (
    <>
      <p class="lead">
        Do both questions ask for the same? Each verdict is learnt from at once, and can be undone.
      </p>
      <div class="toolbar">
        <ScopeSelect value={scope} onChange={(id) => router.choose({ scope: id })} />
      </div>
      <LoadedView what="the queue" of={queue}>
        {(data) => (
          <Queue
            // Another queue is another sitting.
            key={`${scope ?? ''} ${round} ${data.items[0]?.id ?? ''}`}
            of={data}
            onMore={() => setRound(round + 1)}
          />
        )}
      </LoadedView>
    </>
  );
}

interface QueueProps {
  readonly of: ReviewQueue;
  readonly onMore: () => void;
}

type Verdicts = Readonly<Record<string, Label>>;

function Queue({ of: { items, open }, onMore }: QueueProps) {
  const judging = useJudging();
  const [verdicts, setVerdicts] = useState<Verdicts>({});
  /** In the order they were given; the last is undone first. */
  const [given, setGiven] = useState<readonly string[]>([]);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLOListElement>(null);
  useListKeys(list);
  const item = items[at];

  const next = (from: number, known: Verdicts): void => {
    const order = items.map((_, step) => (from + 1 + step) % items.length);
    setAt(order.find((index) => !(items[index]!.id in known)) ?? from);
  };
  const judge = (verdict: Label): void => {
    if (!item || item.id in verdicts) return;
    judging.judge({ decision: item.id, scope: item.scope.id }, verdict, () => {
      const known = { ...verdicts, [item.id]: verdict };
      setVerdicts(known);
      setGiven([...given, item.id]);
      next(at, known);
    });
  };
  const undo = (): void => {
    const last = items.find(({ id }) => id === given.at(-1));
    if (!last) return;
    judging.judge({ decision: last.id, scope: last.scope.id }, 'undo', () => {
      const { [last.id]: _taken, ...rest } = verdicts;
      setVerdicts(rest);
      setGiven(given.slice(0, -1));
      setAt(items.indexOf(last));
    });
  };
  const skip = (): void => next(at, verdicts);
  useShortcuts({ s: () => judge('same'), d: () => judge('different'), u: undo, n: skip });

  if (!item) {
    return (
      <Empty>
        Nothing is left to review. Reports and doubtful answers come here by themselves.
      </Empty>
    );
  }
  const isDone = given.length === items.length;
  return (
    <>
      <Progress done={given.length} of={items.length} open={open} />
      {judging.fault && <FaultBox fault={judging.fault} />}
      {isDone && (
        <p class="all-well">
          All of these are judged.{' '}
          <button type="button" class="primary" onClick={onMore}>
            Look for more
          </button>
        </p>
      )}
      <div class="review">
        <ItemList of={items} at={at} verdicts={verdicts} onChoose={setAt} list={list} />
        <Item
          key={item.id}
          of={item}
          verdict={verdicts[item.id] ?? null}
          isBusy={judging.isBusy}
          canUndo={given.length > 0}
          onJudge={judge}
          onUndo={undo}
          onSkip={skip}
        />
      </div>
    </>
  );
}

interface ProgressProps {
  readonly done: number;
  readonly of: number;
  readonly open: number;
}

function Progress({ done, of, open }: ProgressProps) {
  return (
    <p class="progress">
      <progress value={done} max={of} aria-label="Judged" />
      <span>
        {done} of {of} judged, {plural(open - done, 'open one', 'open ones')} in all
      </span>
    </p>
  );
}

interface ItemListProps {
  readonly of: readonly ReviewItem[];
  readonly at: number;
  readonly verdicts: Verdicts;
  readonly onChoose: (at: number) => void;
  readonly list: { current: HTMLOListElement | null };
}

function ItemList({ of, at, verdicts, onChoose, list }: ItemListProps) {
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [list, at]);
  return (
    <ol class="queue" ref={list} aria-label="The queue">
      {of.map((item, index) => (
        <li key={item.id}>
          <button
            type="button"
            data-item
            aria-current={index === at ? 'true' : undefined}
            onClick={() => onChoose(index)}
          >
            <span class={`badge ${item.kind === 'report' ? 'bad' : 'warn'}`}>{item.kind}</span>{' '}
            <Excerpt text={item.question} />
            {verdicts[item.id] && <span class="badge good">{verdicts[item.id]}</span>}
          </button>
        </li>
      ))}
    </ol>
  );
}

interface ItemProps {
  readonly of: ReviewItem;
  readonly verdict: Label | null;
  readonly isBusy: boolean;
  readonly canUndo: boolean;
  readonly onJudge: (verdict: Label) => void;
  readonly onUndo: () => void;
  readonly onSkip: () => void;
}

function Item({ of, verdict, isBusy, canUndo, onJudge, onUndo, onSkip }: ItemProps) {
  const isJudged = isBusy || verdict !== null;
  return (
    <article class="panel" aria-label="To review">
      <h2>{of.kind === 'report' && of.label === 'same' ? REPORTED_RIGHT : ABOUT_KINDS[of.kind]}</h2>
      <p>
        <OutcomeBadge outcome={of.outcome} /> <span class="muted">{time(of.decided_at)}</span>
      </p>
      {of.note !== null && (
        <blockquote>
          <Foldable text={of.note} />
        </blockquote>
      )}
      <div class="actions start">
        <button
          type="button"
          disabled={isJudged}
          aria-keyshortcuts="s"
          onClick={() => onJudge('same')}
        >
          Same <kbd>s</kbd>
        </button>
        <button
          type="button"
          disabled={isJudged}
          aria-keyshortcuts="d"
          onClick={() => onJudge('different')}
        >
          Different <kbd>d</kbd>
        </button>
        <button type="button" aria-keyshortcuts="n" onClick={onSkip}>
          Skip <kbd>n</kbd>
        </button>
        <button type="button" disabled={isBusy || !canUndo} aria-keyshortcuts="u" onClick={onUndo}>
          Undo <kbd>u</kbd>
        </button>
      </div>
      <DecisionBody of={of} />
    </article>
  );
}
