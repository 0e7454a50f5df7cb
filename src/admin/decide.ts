// Owns the dry run of a decision: what the cache would do with a question, or with two, and why. Nothing runs, and
// nothing is logged or learned.
import type { Cuts } from '../cache/live-cuts.ts';
import type { Cache } from '../cache/cache.ts';
import type { Neighbour } from '../cache/entities.ts';
import { NO_FACTS } from '../cache/facts.ts';
import type { Frames } from '../cache/frame-summary.ts';
import { HELD_IN_WORDS } from '../cache/hold.ts';
import { AppError } from '../errors.ts';
import type { StatementGuard } from '../guard/guard.ts';
import type { Candidate } from '../query/choose.ts';
import type { Principal, RequestContext } from '../query/context.ts';
import type { Recall } from '../query/recall.ts';
import type { Asked, Scoping } from '../query/scope.ts';
import { rounded } from './decision-rows.ts';
import type { AdminScopes } from './scopes.ts';

export interface DecideRequest {
  readonly question: string;
  readonly earlier?: string | undefined;
  /** That the earlier question was answered with, where it is not known. */
  readonly sql?: string | undefined;
  readonly scope?: string | undefined;
}

export interface CandidateDocument {
  readonly id: string | null;
  readonly question: string;
  readonly sql: string | null;
  readonly outcome: 'hit' | 'confirm' | 'miss';
  readonly rule: string;
  readonly why: string;
  readonly risk: string | null;
  readonly similarity: number;
  readonly probability: number;
  readonly margin: number | null;
  /** The margin that is served from; null where none is, or no margin was asked for. */
  readonly cut: number | null;
  readonly differences: readonly string[];
  readonly frames: Frames;
}

export interface DecideDocument {
  readonly status: 'decided';
  readonly question: string;
  readonly outcome: 'hit' | 'rebound' | 'confirm' | 'miss';
  /** With the values that are exchanged, where the earlier statement runs with others. */
  readonly rebound: readonly { readonly from: string; readonly to: string }[] | null;
  readonly candidates: readonly CandidateDocument[];
  readonly target_error_rate: number;
}

export type AdminDecide = (
  request: DecideRequest,
  context: RequestContext,
) => Promise<DecideDocument>;

/** What follows from what one role of the data database sees. */
export interface DecidingView {
  readonly guard: StatementGuard;
  readonly scoping: Scoping;
  readonly recall: Recall;
}

export interface DecideOptions {
  readonly cache: Pick<Cache, 'findQuestion' | 'policies'>;
  readonly cuts: Cuts | null;
  readonly scopes: AdminScopes;
  readonly viewOf: (principal: Pick<Principal, 'identity'>) => DecidingView;
}

const MOST_CANDIDATES = 10;

export function createAdminDecide(options: DecideOptions): AdminDecide {
  const { cache, cuts, scopes, viewOf } = options;

  /** Where nothing is said of a scope: as the caller itself would ask. */
  async function placeOf({ question, scope }: DecideRequest, principal: Principal) {
    if (scope === undefined) {
      const view = viewOf(principal);
      return { view, asked: await view.scoping.ask(question, principal) };
    }
    const { all } = await scopes.choose(scope);
    const [{ role, settings, ...named }] = all[0]!.entries as readonly [
      (typeof all)[number]['entries'][number],
    ];
    const view = viewOf({ identity: { role, settings } });
    return { view, asked: view.scoping.askIn(question, named) };
  }

  async function earlierOf(
    { earlier = '', sql }: DecideRequest,
    asked: Asked,
    { scoping, guard }: DecidingView,
  ): Promise<Omit<Neighbour, 'similarity'>> {
    const before = scoping.askIn(earlier, asked.scope);
    const known =
      sql === undefined && (await cache.findQuestion(asked.scope.planScope, before.questionKey));
    if (known) return known.phrasing;
    const facts = sql === undefined ? NO_FACTS : guard.check(sql).facts;
    const plan = { ...NO_PLAN, sql: sql ?? '', facts };
    return { id: '', question: before.question, madeBy: '', plan };
  }

  function candidateOf({ neighbour, decision }: Candidate, asked: Asked): CandidateDocument {
    const { targetErrorRate } = cache.policies.of(asked.scope.planScope);
    const { weighed } = decision;
    const cut = weighed && (cuts?.of(weighed.risk, targetErrorRate) ?? null);
    return {
      id: neighbour.plan.id || null,
      question: neighbour.question,
      sql: neighbour.plan.sql || null,
      outcome: decision.outcome,
      rule: decision.rule,
      why: whyOf(decision, cut),
      risk: weighed?.risk ?? null,
      similarity: rounded(neighbour.similarity),
      probability: rounded(decision.confidence),
      margin: weighed && rounded(weighed.margin),
      cut: cut === null ? null : rounded(cut),
      differences: decision.differences,
      frames: decision.frames(),
    };
  }

  return async (request, context) => {
    const { view, asked } = await placeOf(request, context.principal);
    const { targetErrorRate } = cache.policies.of(asked.scope.planScope);
    const told = { status: 'decided', question: asked.question } as const;
    if (request.earlier === undefined) {
      const preview = await view.recall.preview(asked, context);
      if (preview === null) throw noVector();
      const { all, outcome, rebound } = preview;
      const candidates = all.slice(0, MOST_CANDIDATES).map((one) => candidateOf(one, asked));
      return { ...told, outcome, rebound, candidates, target_error_rate: targetErrorRate };
    }
    const earlier = await earlierOf(request, asked, view);
    const similarity = await view.recall.similarity(asked, earlier.question, context);
    if (similarity === null) throw noVector();
    const judged = view.recall.judge(asked, { ...earlier, similarity });
    const candidates = [candidateOf(judged, asked)];
    const { outcome } = judged.decision;
    return { ...told, outcome, rebound: null, candidates, target_error_rate: targetErrorRate };
  };
}

const NO_PLAN = {
  id: '',
  statementKey: '',
  params: [],
  tables: [],
  volatility: 'stable',
} as const;

function whyOf({ outcome, rule, weighed, differences }: Candidate['decision'], cut: number | null) {
  if (rule === 'same text') return 'Both say the same, but for case and punctuation.';
  if (rule === 'context') return 'The new question leans on what was said before it.';
  if (rule === 'fault') return 'One of the questions could not be read.';
  if (weighed === null) {
    const said = differences[0] ?? rule;
    return outcome === 'miss'
      ? `They contradict each other: ${said}.`
      : `There is no verifier, so nothing is served: ${said}.`;
  }
  const margin = rounded(weighed.margin);
  if (outcome === 'hit') {
    return `The verifier is sure enough: its margin of ${margin} is not below ${rounded(cut ?? 0)}, from which a ${weighed.risk} is served.`;
  }
  if (rule in HELD_IN_WORDS && weighed.risk === 'never')
    return `Held back: ${HELD_IN_WORDS[rule]}.`;
  return cut === null
    ? `With this target nothing of its kind (${weighed.risk}) is served.`
    : `The verifier is not sure enough: its margin of ${margin} is below ${rounded(cut)}, from which a ${weighed.risk} is served.`;
}

const noVector = (): AppError =>
  new AppError('OVERLOADED', 'The question cannot be compared right now.', {
    retryAfterMs: 2000,
    hint: 'There is no embedding model, or the cache database is away: see server_status.',
  });
