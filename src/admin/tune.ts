// Owns the replay: what was decided and what turned out of it, held against other targets, so that an operator sees
// what each would serve and how much of that was wrong, before anything is set.
import { lowerBound, upperBound } from '../cache/calibration.ts';
import type { Cuts } from '../cache/live-cuts.ts';
import type { Policies } from '../cache/policies.ts';
import type { TreeFile } from '../cache/trees.ts';
import type { Pool } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import { rounded } from './decision-rows.ts';
import type { AdminScopes } from './scopes.ts';

type Served = 'figure' | 'list';

export interface TargetPoint {
  readonly target_error_rate: number;
  /** The margin that is served from; null where nothing is. */
  readonly cuts: Readonly<Record<Served, number | null>>;
  readonly served: number;
  /** Of the decisions. */
  readonly served_share: number | null;
  /** Of those served, how many somebody judged since. */
  readonly labelled: number;
  readonly wrong: number;
  /** Of those labelled, with its bounds at 95 % each; null without any. */
  readonly wrong_share: number | null;
  readonly wrong_lower: number | null;
  readonly wrong_upper: number | null;
  /** What the calibration pairs promise, at 95 %; null where nothing is served. */
  readonly calibrated_upper: number | null;
  /** Of the others, those that are offered instead. */
  readonly confirm: number;
}

export interface CutPoint {
  readonly cut: number;
  readonly served: number;
  readonly labelled: number;
  readonly wrong: number;
  readonly wrong_lower: number | null;
  readonly wrong_upper: number | null;
  readonly calibrated: { readonly right: number; readonly wrong: number; readonly upper: number };
}

export interface Effect {
  readonly since: string;
  readonly decisions: number;
  readonly served_now: number;
  readonly served_then: number;
  readonly confirm_now: number;
  readonly confirm_then: number;
  readonly changes: ReadonlyArray<{
    readonly question: string;
    readonly earlier_question: string;
    readonly from: 'hit' | 'confirm' | 'miss';
    readonly to: 'hit' | 'confirm' | 'miss';
    readonly margin: number;
    readonly label: string | null;
  }>;
}

export interface TuneDocument {
  readonly status: 'tuned';
  readonly decisions: number;
  readonly labelled: number;
  readonly current: { readonly target_error_rate: number };
  /** What the effect is of; the current one where none was named. */
  readonly asked: { readonly target_error_rate: number };
  readonly points: readonly TargetPoint[];
  readonly recommendation: { readonly target_error_rate: number; readonly why: string };
  readonly effect: Effect;
  readonly curves: Readonly<Record<Served, readonly CutPoint[]>>;
}

export interface TuneRequest {
  readonly scope?: string | undefined;
  readonly targetErrorRate?: number | undefined;
  readonly days: number;
}

export interface Tune {
  readonly tune: (request: TuneRequest) => Promise<TuneDocument>;
  readonly effectOf: (scope: string | undefined, targetErrorRate: number) => Promise<Effect>;
}

export interface TuneOptions {
  readonly pool: Pool;
  readonly scopes: AdminScopes;
  readonly policies: Policies;
  /** Null without a verifier: then nothing is served by similarity. */
  readonly verifier: { readonly cuts: Cuts; readonly curves: TreeFile['curves'] } | null;
  readonly now: () => number;
}

/** One pair of questions, as it was last decided. */
interface Judged {
  readonly [column: string]: unknown;
  readonly plan_scope: string;
  readonly question: string;
  readonly earlier_question: string;
  readonly risk: Served | 'never';
  readonly margin: number;
  readonly probability: number;
  readonly label: 'same' | 'different' | null;
  readonly decided_at: Date;
}

const TARGETS = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2];
const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_DECISIONS = 20_000;
const MOST_CHANGES = 10;
const MOST_CUT_POINTS = 40;
/** One or two are put right by their own reports. */
const TELLING_WRONGS = 3;
/** Fewer labels say little about what the calibration pairs do not. */
const TELLING_LABELS = 30;
/** As likely as this and not served, a pair is offered (decide.ts). */
const CONFIRM_CHANCE = 0.2;
const SERVED: readonly Served[] = ['figure', 'list'];

/** $1 scopes, $2 since. What was rebound follows no cut. */
const DECISIONS_SQL = `
  SELECT * FROM (
    SELECT DISTINCT ON (plan_scope, question_key, plan_id) plan_scope, question, earlier_question, risk,
      margin::float8 AS margin, probability::float8 AS probability, label, decided_at
    FROM askonce.decisions
    WHERE plan_scope = ANY ($1) AND decided_at >= $2 AND margin IS NOT NULL AND outcome <> 'rebound'
    ORDER BY plan_scope, question_key, plan_id, decided_at DESC) AS latest
  ORDER BY decided_at DESC LIMIT ${MOST_DECISIONS}`;

export function createTune({ pool, scopes, policies, verifier, now }: TuneOptions): Tune {
  const targetIn = (planScope: string): number => policies.of(planScope).targetErrorRate;

  function required(): NonNullable<typeof verifier> {
    if (verifier) return verifier;
    throw new AppError('NOT_FOUND', 'There is no verifier, so nothing is served by similarity.', {
      hint: 'Restore the models folder from the package, or set MODELS_DIR to it.',
    });
  }

  async function decisionsOf(scope: string | undefined, days: number): Promise<readonly Judged[]> {
    const { ids } = await scopes.choose(scope);
    return await pool.query<Judged>(DECISIONS_SQL, [ids, new Date(now() - days * DAY_MS)]);
  }

  /** @param targetOf Of the scope that it was decided in. */
  function outcomeOf(one: Judged, targetOf: (planScope: string) => number) {
    const cut = required().cuts.of(one.risk, targetOf(one.plan_scope));
    if (cut !== null && one.margin >= cut) return 'hit' as const;
    return one.probability >= CONFIRM_CHANCE ? ('confirm' as const) : ('miss' as const);
  }

  function pointOf(target: number, all: readonly Judged[]): TargetPoint {
    const { cuts, curves } = required();
    const outcomes = all.map((one) => ({ one, outcome: outcomeOf(one, () => target) }));
    const served = outcomes.filter(({ outcome }) => outcome === 'hit').map(({ one }) => one);
    const uppers = SERVED.flatMap((risk) => {
      const calibrated = cuts.at(target).find((state) => state.risk === risk)?.calibrated ?? null;
      const [, right = 0, wrong = 0] = curves[risk].find(([cut]) => cut === calibrated) ?? [];
      return calibrated === null ? [] : [upperBound(wrong, right + wrong)];
    });
    return {
      target_error_rate: target,
      cuts: { figure: cutAt(cuts.of('figure', target)), list: cutAt(cuts.of('list', target)) },
      served: served.length,
      served_share: all.length === 0 ? null : rounded(served.length / all.length),
      ...wrongOf(served),
      calibrated_upper: uppers.length === 0 ? null : rounded(Math.max(...uppers)),
      confirm: outcomes.filter(({ outcome }) => outcome === 'confirm').length,
    };
  }

  function curveOf(risk: Served, all: readonly Judged[]): CutPoint[] {
    const curve = required().curves[risk];
    const every = Math.ceil(curve.length / MOST_CUT_POINTS);
    const mine = all.filter((one) => one.risk === risk);
    return curve
      .filter((_, at) => at % every === 0)
      .map(([cut, right, wrong]) => {
        const served = mine.filter(({ margin }) => margin >= cut);
        const { wrong_share: _share, ...found } = wrongOf(served);
        const upper = rounded(upperBound(wrong, right + wrong));
        return { cut, served: served.length, ...found, calibrated: { right, wrong, upper } };
      });
  }

  function effectAmong(all: readonly Judged[], since: number, target: number): Effect {
    const latest = all.filter((one) => one.decided_at.getTime() >= since);
    const compared = latest.map((one) => ({
      one,
      from: outcomeOf(one, targetIn),
      to: outcomeOf(one, () => target),
    }));
    const count = (side: 'from' | 'to', outcome: string): number =>
      compared.filter((both) => both[side] === outcome).length;
    return {
      since: new Date(since).toISOString(),
      decisions: latest.length,
      served_now: count('from', 'hit'),
      served_then: count('to', 'hit'),
      confirm_now: count('from', 'confirm'),
      confirm_then: count('to', 'confirm'),
      changes: compared
        .filter(({ from, to }) => from !== to)
        .slice(0, MOST_CHANGES)
        .map(({ one, from, to }) => ({
          question: one.question,
          earlier_question: one.earlier_question,
          from,
          to,
          margin: rounded(one.margin),
          label: one.label,
        })),
    };
  }

  /** Of all scopes, or of the one. */
  async function presentTarget(scope: string | undefined): Promise<number> {
    if (scope !== undefined) return targetIn((await scopes.choose(scope)).ids[0]!);
    return policies.valuesOf(null).targetErrorRate ?? policies.settings.targetErrorRate;
  }

  return {
    async tune({ scope, targetErrorRate, days }) {
      required();
      const current = await presentTarget(scope);
      const wanted = targetErrorRate ?? current;
      const all = await decisionsOf(scope, days);
      const targets = [...new Set([...TARGETS, current, wanted])].sort((one, other) => one - other);
      const points = targets.map((target) => pointOf(target, all));
      return {
        status: 'tuned',
        decisions: all.length,
        labelled: all.filter(({ label }) => label !== null).length,
        current: { target_error_rate: current },
        asked: { target_error_rate: wanted },
        points,
        recommendation: recommended(points, wanted),
        effect: effectAmong(all, now() - DAY_MS, wanted),
        curves: { figure: curveOf('figure', all), list: curveOf('list', all) },
      };
    },

    async effectOf(scope, target) {
      required();
      return effectAmong(await decisionsOf(scope, 1), now() - DAY_MS, target);
    },
  };
}

const cutAt = (cut: number | null): number | null => (cut === null ? null : rounded(cut));

function wrongOf(served: readonly Judged[]) {
  const labelled = served.filter(({ label }) => label !== null).length;
  const wrong = served.filter(({ label }) => label === 'different').length;
  const isKnown = labelled > 0;
  return {
    labelled,
    wrong,
    wrong_share: isKnown ? rounded(wrong / labelled) : null,
    wrong_lower: isKnown ? rounded(lowerBound(wrong, labelled)) : null,
    wrong_upper: isKnown ? rounded(upperBound(wrong, labelled)) : null,
  };
}

const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;

/** @param tolerated Wrong of all served, as the operator will have it. */
function recommended(
  points: readonly TargetPoint[],
  tolerated: number,
): TuneDocument['recommendation'] {
  const asked = points.find((point) => point.target_error_rate === tolerated)!;
  const isRefuted = (point: TargetPoint): boolean =>
    point.wrong >= TELLING_WRONGS && (point.wrong_lower ?? 0) > tolerated;
  if (isRefuted(asked)) {
    const lower = points.findLast(
      (point) => point.target_error_rate < tolerated && !isRefuted(point),
    );
    const target = lower?.target_error_rate ?? 0;
    const why = `Of ${asked.labelled} labelled answers that a target of ${percent(tolerated)} serves, ${asked.wrong} were wrong: at least ${percent(asked.wrong_lower!)}, which is more than is tolerated.${lower?.served ? '' : ' With it nothing is served for another wording.'}`;
    return { target_error_rate: target, why };
  }
  const proven = points.findLast(
    (point) =>
      point.target_error_rate > tolerated &&
      point.labelled >= TELLING_LABELS &&
      point.wrong_upper! <= tolerated &&
      point.served > asked.served,
  );
  if (proven) {
    const more = proven.served - asked.served;
    const why = `On your questions a target of ${percent(proven.target_error_rate)} serves ${more} more, and of ${proven.labelled} labelled ones ${proven.wrong} were wrong: at most ${percent(proven.wrong_upper!)}.`;
    return { target_error_rate: proven.target_error_rate, why };
  }
  const labels =
    asked.labelled < TELLING_LABELS
      ? `Of ${asked.served} that it serves ${asked.labelled} are labelled, too few to tell more than the calibration pairs do: cache_review and shadow checks bring more.`
      : `Of ${asked.labelled} labelled answers ${asked.wrong} were wrong, which does not refute it, and no higher target is shown to be as good.`;
  return { target_error_rate: tolerated, why: labels };
}
