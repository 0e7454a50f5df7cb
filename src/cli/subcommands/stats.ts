// Owns `askonce cache stats`: what was served from where, what that spared, and what is kept.
import type { StatsDocument } from '../../admin/stats.ts';
import { ago, bytes, count, duration, percent, some } from '../figures.ts';
import type { Look } from '../look.ts';
import { sections } from '../look.ts';
import { show } from '../show.ts';
import { SCOPE_OPTION, argumentsOf } from '../subcommand.ts';
import type { Subcommand } from '../subcommand.ts';
import { bar, facts, sparkline, table } from '../table.ts';

export const SHORT_ID = 8;
const BAR_WIDTH = 20;
/** From the fastest to the slowest. */
const SOURCES = {
  memory: 'memory of the server',
  store: 'cache database',
  semantic: 'kept for other words',
  database: 'a statement ran',
} as const;

export const stats: Subcommand = {
  definition: {
    name: 'stats',
    summary: 'answers by tier, scope and time, what they spared, what is kept',
    options: [
      SCOPE_OPTION,
      { flags: '--hours <n>', about: 'of the last n hours (24)', isNumber: true },
    ],
    examples: [
      ['stats', 'the last day, and the ids of the scopes'],
      ['stats --hours 168 --json', 'the last week, for a program'],
    ],
  },
  async run(invocation) {
    const args = argumentsOf(invocation.options, { scope: 'scope', hours: 'hours' });
    await show(invocation, await invocation.call('cache_stats', args), renderStats);
    return 0;
  },
};

export function renderStats(document: StatsDocument, look: Look): string {
  const { bold } = look.colors;
  const { answers, saved, hit_rate: hitRate } = document;
  const rate = `${percent(hitRate)} ${bar(hitRate, BAR_WIDTH)}`.trimEnd();
  const head = facts(
    [
      ['since', `${document.since} (${ago(document.since, look.now)})`],
      ['answers', count(answers)],
      ['hit rate', bold(rate)],
      [
        'spared',
        `${some(saved.statements, 'statement')}, ${duration(saved.ms)} in the database, about ${count(saved.tokens_estimated)} tokens`,
      ],
      ['decisions', decisionsOf(document)],
      ['kept', keptOf(document)],
    ],
    look,
  );
  return sections(
    head,
    bySource(document, look),
    document.by_scope.length > 0 && byScope(document, look),
    document.by_time.length > 1 && byTime(document, look),
  );
}

function decisionsOf({ decisions }: StatsDocument): string {
  const { hit, rebound, confirm, miss, right, wrong, open } = decisions;
  const made = `${count(hit)} hit, ${count(rebound)} rebound, ${count(confirm)} confirm, ${count(miss)} miss`;
  return `${made}; judged since: ${count(right)} right, ${count(wrong)} wrong; ${count(open)} open (askonce cache review)`;
}

function keptOf({ store, memory }: StatsDocument): string {
  const plans = `${some(store.questions, 'question')}, ${some(store.plans, 'statement')} of ${count(store.max_plans)}`;
  const rows = `${some(store.results, 'result')} with ${bytes(store.result_bytes)} of ${bytes(store.max_result_bytes)}`;
  return `${plans}, ${rows}; in memory ${bytes(memory.bytes)} of ${bytes(memory.max_bytes)}`;
}

function bySource({ by_source: by, answers }: StatsDocument, look: Look): string {
  const rows = Object.entries(SOURCES).map(([source, about]) => {
    const mine = by[source as keyof typeof SOURCES];
    const share = answers === 0 ? null : mine / answers;
    return [source, count(mine), percent(share), bar(share, BAR_WIDTH), about];
  });
  return table(
    [
      { title: 'source' },
      { title: 'answers', align: 'right' },
      { title: 'share', align: 'right' },
      { title: '' },
      { title: 'rows from', isCut: true },
    ],
    rows,
    look,
  );
}

function byScope({ by_scope: scopes }: StatsDocument, look: Look): string {
  return table(
    [
      { title: 'scope' },
      { title: 'whose', isCut: true },
      { title: 'answers', align: 'right' },
      { title: 'hit rate', align: 'right' },
      { title: '' },
      { title: 'seen', align: 'right' },
    ],
    scopes.map(({ scope, answers, hit_rate: rate }) => [
      scope.id.slice(0, SHORT_ID),
      scope.label,
      count(answers),
      percent(rate),
      bar(rate, BAR_WIDTH),
      ago(scope.seen_at, look.now),
    ]),
    look,
  );
}

function byTime({ by_time: times }: StatsDocument, look: Look): string {
  const all = times.map(({ memory, store, semantic, database }) => ({
    known: memory + store + semantic,
    ran: database,
  }));
  const most = Math.max(...all.map(({ known, ran }) => known + ran));
  const [first, last] = [times[0]!.at, times.at(-1)!.at];
  return facts(
    [
      ['answers', `${sparkline(all.map(({ known, ran }) => known + ran))}  at most ${count(most)}`],
      ['hit rate', sparkline(all.map(({ known, ran }) => known / Math.max(1, known + ran)))],
      ['', `${ago(first, look.now)} to ${ago(last, look.now)}`],
    ],
    look,
  );
}
