// Owns what can be said of a question, as data: its typed facts and its content words.

export type FactKind =
  | 'number'
  | 'time'
  | 'comparison'
  | 'negation'
  | 'direction'
  | 'sort'
  | 'aggregate'
  | 'distinct'
  | 'group'
  | 'or'
  | 'role';

export interface Fact {
  readonly kind: FactKind;
  /** Equal keys mean equal facts, however they were worded. */
  readonly key: string;
  /** As the question words it. */
  readonly said: string;
  /** Token position, for order and nearness. */
  readonly at: number;
}

export interface ContentWord {
  readonly text: string;
  readonly concept: string;
  readonly at: number;
  /** Quoted, or capitalised inside the sentence, or a code: a value rather than a word. */
  readonly value: 'quoted' | 'proper' | 'code' | null;
  /** Not said, but meant by a superlative: "oldest" means age. */
  readonly implied: boolean;
}
