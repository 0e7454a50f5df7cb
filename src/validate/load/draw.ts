// Owns what an agent asks next: by Zipf's law among what is known, in the shares of its model. Pure.
import { createZipf, pick } from '../../lib/random.ts';
import type { Random } from '../../lib/random.ts';
import type { Question, QuestionSource } from '../questions/question.ts';
import type { AgentModel } from './agent-model.ts';

export const KINDS = ['repeated', 'rephrased', 'new', 'anew', 'heavy'] as const;
export type Kind = (typeof KINDS)[number];

export interface Asked {
  readonly kind: Kind;
  /** As it is asked now. */
  readonly question: string;
  readonly sql: string | undefined;
}

/** Where a source has nothing of a kind, what is asked is repeated. */
export function createDraw(
  source: QuestionSource,
  shares: AgentModel['shares'],
  random: Random,
): () => Asked {
  const light = source.questions.filter(({ heavy }) => !heavy);
  const heavy = source.questions.filter((one) => one.heavy);
  const usual = light.length > 0 ? light : heavy;
  const zipf = createZipf(usual.length, random);
  const told = (kind: Kind, { question, sql }: Question): Asked => ({ kind, question, sql });
  const bounds = boundsOf(shares);

  const known = (): Question => usual[zipf()]!;
  const drawn: Readonly<Record<Kind, () => Asked | null>> = {
    repeated: () => told('repeated', known()),
    anew: () => told('anew', known()),
    rephrased() {
      const { rephrasings, sql } = known();
      if (rephrasings.length === 0) return null;
      return { kind: 'rephrased', question: pick(rephrasings, random), sql };
    },
    new() {
      const made = source.unasked();
      return made && told('new', made);
    },
    heavy: () => (heavy.length === 0 ? null : told('heavy', pick(heavy, random))),
  };

  return () => {
    const chance = random();
    const kind = bounds.find(({ below }) => chance < below)?.kind ?? 'repeated';
    return drawn[kind]() ?? told('repeated', known());
  };
}

function boundsOf(shares: AgentModel['shares']): ReadonlyArray<{ kind: Kind; below: number }> {
  let below = 0;
  return (['rephrased', 'new', 'anew', 'heavy'] as const).map((kind) => {
    below += shares[kind];
    return { kind, below };
  });
}
