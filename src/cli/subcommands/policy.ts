// Owns `askonce cache policy`: the policy read, thought through, set, and taken back.
import { POLICY_VALUES } from '../../admin/policy-values.ts';
import type { PolicyDocument, PolicyValueDocument } from '../../admin/policy.ts';
import { ago, percent } from '../figures.ts';
import type { Look } from '../look.ts';
import { sections, wrapped } from '../look.ts';
import { Misuse } from '../misuse.ts';
import { show } from '../show.ts';
import { SCOPE_OPTION, argumentsOf } from '../subcommand.ts';
import type { Subcommand } from '../subcommand.ts';
import { table } from '../table.ts';
import { renderEffect } from './effect.ts';

/** As src/admin/policy.ts tells a change. */
interface ChangeDocument {
  readonly version: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly set_by: string;
  readonly set_at: string;
  readonly note: string | null;
  readonly undoes: number | null;
}

const HEADS: Readonly<Record<PolicyDocument['status'], string>> = {
  policy: 'In force',
  proposed: 'Proposed, not set: with it this would be in force',
  set: 'Set, on every replica',
  undone: 'The last change is taken back',
};

export const policy: Subcommand = {
  definition: {
    name: 'policy',
    summary: 'target error rate, times and limits: read, try, set, take back',
    options: [
      { flags: '--set <name=value...>', about: 'set these; an empty value takes one back' },
      { flags: '--propose <name=value...>', about: 'only show what these would do' },
      { flags: '--undo', about: 'take back the last change' },
      { flags: '--note <text>', about: 'why, for the history' },
      { flags: '--history', about: 'who set what, and when' },
      { ...SCOPE_OPTION, about: 'for this scope alone; default: for all' },
    ],
    examples: [
      ['policy --propose target_error_rate=0.5%', 'what a stricter target would have served'],
      ['policy --set target_error_rate=0.005 --note "until reviewed"', 'make it so'],
      ['policy --set ttl_seconds=', 'back to the setting'],
      ['policy --undo', 'as it was before'],
    ],
  },
  async run(invocation) {
    const { options, call } = invocation;
    const args = argumentsOf(options, { scope: 'scope', undo: 'undo', note: 'note' });
    for (const change of ['set', 'propose'] as const) {
      const given = options[change] as readonly string[] | undefined;
      if (given) args[change] = Object.fromEntries(given.map(valueOf));
    }
    const withHistory = options['history'] === true;
    await show(invocation, await call('cache_policy', args), (document: PolicyDocument, look) =>
      renderPolicy(document, look, withHistory),
    );
    return 0;
  },
};

const PERCENT = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/;
/** Of digits that a share has, where it was said in percent. */
const DIGITS = 12;

/** A number where it is one, a share where it is in percent; the server knows what each may be. */
function valueOf(text: string): [string, string | number | null] {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new Misuse(`A value is set as name=value, not as ${text}.`);
  }
  if (!(name in POLICY_VALUES)) {
    throw new Misuse(`There is no ${name} to set: ${Object.keys(POLICY_VALUES).join(', ')}.`);
  }
  if (value === '') return [name, null];
  const hundredths = name.endsWith('_rate') && PERCENT.exec(value)?.[1];
  if (hundredths) return [name, Number((Number(hundredths) / 100).toPrecision(DIGITS))];
  return [name, Number.isNaN(Number(value)) ? value : Number(value)];
}

export function renderPolicy(document: PolicyDocument, look: Look, withHistory: boolean): string {
  const { status, scope, version, policy: values, effect } = document;
  const history = document.history as unknown as readonly ChangeDocument[];
  const where = scope === null ? 'for all scopes' : `for ${scope.label}`;
  const last = withHistory ? null : history[0];
  return sections(
    wrapped(look.colors.bold(`${HEADS[status]} (${where}, version ${version})`), look),
    valuesOf(values, look),
    effect !== undefined && renderEffect(effect, look),
    last ? wrapped(look.colors.dim(`last: ${changeOf(last, look)}`), look) : false,
    withHistory && (history.length === 0 ? 'Nothing was ever set.' : historyOf(history, look)),
  );
}

const valuesOf = (values: PolicyDocument['policy'], look: Look): string =>
  table(
    [
      { title: 'name' },
      { title: 'value', align: 'right' },
      { title: 'from' },
      { title: 'meaning', isWrapped: true },
    ],
    Object.entries<PolicyValueDocument>(values).map(([name, one]) => [
      name,
      one.from === 'setting' ? valueIn(name, one) : look.colors.bold(valueIn(name, one)),
      one.from === 'setting' ? one.from : `${one.from} (setting ${one.setting})`,
      `${one.about}${rangeOf(one)}`,
    ]),
    look,
  );

const valueIn = (name: string, { value }: PolicyValueDocument): string =>
  typeof value === 'number' && name.endsWith('_rate') && value > 0
    ? `${value} (${percent(value)})`
    : String(value);

const rangeOf = ({ min, max }: PolicyValueDocument): string =>
  min === undefined ? '' : ` From ${min} to ${max}.`;

const historyOf = (history: readonly ChangeDocument[], look: Look): string =>
  table(
    [
      { title: 'version', align: 'right' },
      { title: 'by' },
      { title: 'when' },
      { title: 'values', isCut: true },
      { title: 'note', isWrapped: true },
    ],
    history.map((change) => [
      String(change.version),
      change.set_by,
      ago(change.set_at, look.now),
      whatOf(change),
      change.note ?? '',
    ]),
    look,
  );

function whatOf({ values, undoes }: ChangeDocument): string {
  const named = Object.entries(values).map(([name, value]) => `${name}=${String(value)}`);
  const left = named.join(' ') || 'nothing set';
  return undoes === null ? left : `without version ${undoes}: ${left}`;
}

const changeOf = (change: ChangeDocument, { now }: Look): string =>
  [whatOf(change), `by ${change.set_by}`, ago(change.set_at, now), change.note]
    .filter(Boolean)
    .join(', ');
