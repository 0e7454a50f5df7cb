// Owns the policy of the cache: what the settings say, what an operator has set for all since, and what for one scope.
// Kept in the store with its history and a seal, held in this process, told to the other replicas.
import type { Pool } from '../db/pool.ts';
import type { Logger } from '../logger.ts';
import type { Gate } from './gate.ts';
import type { Notices } from './notices.ts';
import type { Seal } from './seal.ts';

export interface Policy {
  /** Wrong of all served by similarity, 0 to 1; 0 serves none. */
  readonly targetErrorRate: number;
  readonly ttlSeconds: number;
  readonly staleWhileRevalidateSeconds: number;
  readonly templateHits: 'on' | 'off';
  readonly shadowCheckRate: number;
  readonly maxRows: number;
  readonly maxResponseBytes: number;
}

/** What one level says; what it does not say is as on the level before it. */
export type PolicyValues = Partial<Policy>;

export interface PolicyChange {
  readonly version: number;
  /** The level from then on, whole. */
  readonly values: PolicyValues;
  readonly setBy: string;
  readonly setAt: Date;
  readonly note: string | null;
  /** The version that was taken back; null for a change of its own. */
  readonly undoes: number | null;
}

/** A plan scope; null for all of this deployment. */
export type PolicyLevel = string | null;

export interface Policies {
  /** In force, at once. */
  of(planScope: string): Policy;
  /** What this level says. */
  valuesOf(level: PolicyLevel): PolicyValues;
  readonly settings: Policy;
  /** The newest first. @throws AppError where the store cannot be asked. */
  history(level: PolicyLevel): Promise<readonly PolicyChange[]>;
  /**
   * In force here at once, and on other replicas within seconds.
   * @returns Null where the level has changed since `after`, a version: 0 for none.
   */
  set(level: PolicyLevel, change: NewChange): Promise<PolicyChange | null>;
  /** What is in force, from the store. */
  refresh(): Promise<void>;
}

export interface NewChange extends Pick<PolicyChange, 'values' | 'setBy' | 'note' | 'undoes'> {
  readonly after: number;
}

export interface PoliciesOptions {
  readonly pool: Pool;
  readonly gate: Pick<Gate, 'attempt'>;
  readonly seal: Seal;
  readonly notices: Notices;
  /** Name of the servers that share scopes. */
  readonly deployment: string;
  readonly settings: Policy;
  /** Told of what applies to all, once it is known and whenever it changes. */
  readonly onChange: (policy: Policy) => void;
  /** Told when some level serves more or less by similarity than it did. */
  readonly onOtherMatches: () => void;
  readonly logger: Logger;
}

interface StoredPolicy {
  readonly level: string;
  readonly version: number;
  readonly policy: string;
  readonly set_by: string;
  readonly set_at: Date;
  readonly note: string | null;
  readonly undoes: number | null;
  readonly seal: Buffer;
}

type Row = StoredPolicy & { readonly [column: string]: unknown };

const MOST_READ = 10_000;
const MAX_RESOLVED = 10_000;
const COLUMNS = 'level, version, policy::text AS policy, set_by, set_at, note, undoes, seal';

export function createPolicies(options: PoliciesOptions): Policies {
  const { pool, gate, seal, notices, deployment, settings, logger } = options;
  let inForce = new Map<string, PolicyValues>();
  let resolved = new Map<string, Policy>();

  const nameOf = (level: PolicyLevel): string => level ?? deployment;
  const partsOf = (row: Omit<StoredPolicy, 'set_at' | 'seal'>): string[] => [
    'policy',
    deployment,
    row.level,
    String(row.version),
    row.policy,
    row.set_by,
    JSON.stringify([row.note, row.undoes]),
  ];

  /** What nobody with the secret has set is nobody's policy, and must not stand in the way of ours. */
  async function ours(rows: readonly Row[]): Promise<readonly Row[]> {
    const forged = rows.filter((row) => !seal.holds(partsOf(row), row.seal));
    for (const { level, version, seal: theirs } of forged) {
      logger.warn({ version }, 'a policy that no server of ours has set is not followed');
      await pool.query(
        'DELETE FROM askonce.policies WHERE level = $1 AND version = $2 AND seal = $3',
        [level, version, theirs],
      );
    }
    return rows.filter((row) => !forged.includes(row));
  }

  const valuesIn = ({ policy }: Row): PolicyValues => JSON.parse(policy) as PolicyValues;

  const policyOf = (planScope: string): Policy => ({
    ...settings,
    ...inForce.get(deployment),
    ...inForce.get(planScope),
  });

  function adopt(next: Map<string, PolicyValues>): void {
    const isOther = matchingOf(next) !== matchingOf(inForce);
    inForce = next;
    resolved = new Map();
    options.onChange({ ...settings, ...inForce.get(deployment) });
    // What was matched before is served on from memory otherwise.
    if (isOther) options.onOtherMatches();
  }

  async function load(): Promise<void> {
    const rows = await pool.query<Row>(
      `SELECT ${COLUMNS} FROM askonce.policies
       WHERE level = $1 OR level IN (SELECT plan_scope FROM askonce.scopes WHERE deployment = $1)
       ORDER BY version DESC, level LIMIT ${MOST_READ}`,
      [deployment],
    );
    // The oldest first: a newer one of the same level takes its place.
    const known = (await ours(rows)).toReversed();
    adopt(new Map(known.map((row) => [row.level, valuesIn(row)])));
  }

  const refresh = (): Promise<void> => gate.attempt('policies', undefined, load);
  notices.on('policy', () => void refresh());
  notices.onMissed(() => void refresh());

  return {
    settings,
    refresh,
    valuesOf: (level) => inForce.get(nameOf(level)) ?? {},

    of(planScope) {
      const known = resolved.get(planScope);
      if (known) return known;
      const policy = policyOf(planScope);
      if (resolved.size >= MAX_RESOLVED) resolved.clear();
      resolved.set(planScope, policy);
      return policy;
    },

    async history(level) {
      const rows = await pool.query<Row>(
        `SELECT ${COLUMNS} FROM askonce.policies WHERE level = $1 ORDER BY version DESC LIMIT ${MOST_READ}`,
        [nameOf(level)],
      );
      return (await ours(rows)).map((row) => changeOf(row, valuesIn(row)));
    },

    async set(level, { values, setBy, note, undoes, after }) {
      const name = nameOf(level);
      const policy = JSON.stringify(values);
      const made = { level: name, version: after + 1, policy, set_by: setBy, note, undoes };
      const [row] = await pool.query<Row>(
        `INSERT INTO askonce.policies (level, version, policy, set_by, note, undoes, seal)
         SELECT $1, $2, $3, $4, $5, $6, $7
         WHERE (SELECT coalesce(max(version), 0) FROM askonce.policies WHERE level = $1) = $8
         ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
        [name, made.version, policy, setBy, note, undoes, seal.of(partsOf(made)), after],
      );
      if (!row) return null;
      adopt(new Map([...inForce, [name, values]]));
      await notices.tell('policy');
      return changeOf(row, values);
    },
  };
}

/** What of it decides which questions are served for others. */
const matchingOf = (levels: ReadonlyMap<string, PolicyValues>): string =>
  [...levels]
    .map(([level, of]) => JSON.stringify([level, of.targetErrorRate, of.templateHits]))
    .toSorted((one, other) => (one < other ? -1 : 1))
    .join();

const changeOf = (row: Row, values: PolicyValues): PolicyChange => ({
  version: row.version,
  values,
  setBy: row.set_by,
  setAt: row.set_at,
  note: row.note,
  undoes: row.undoes,
});
