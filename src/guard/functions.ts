// Owns which functions and operators a statement may use: everything else is refused. Of PostgreSQL's own those that
// the connected server says cannot write, and that nobody has read of to the contrary; of others those of known
// extensions, and of schemas that the operator names. Without a server the lists alone decide.
import { mostOf } from '../cache/volatility.ts';
import type { Volatility } from '../cache/volatility.ts';
import { clockOfValue } from './clock.ts';
import {
  CLOCK_FUNCTIONS,
  EXTENSION_FUNCTIONS,
  POSTGIS_FUNCTIONS,
  PURE_FUNCTIONS,
  UNSTABLE_EXTENSION_FUNCTIONS,
  UNSTABLE_FUNCTIONS,
} from './function-names.ts';
import { wordSet, wordsOf } from './words.ts';
import type { Routine, ServerCatalog } from './server-catalog.ts';

export interface Refusal {
  /** Completes "The function "x" …". */
  readonly reason: string;
  readonly hint: string;
}

export type FunctionVerdict = { readonly volatility: Volatility } | Refusal;

export interface FunctionCall {
  /** As the parser folded it: ['now'], ['pg_catalog', 'now']. */
  readonly name: readonly string[];
  readonly argumentCount: number;
  /** The first argument where it is a constant text, cast or not. */
  readonly firstText?: string | undefined;
}

export interface FunctionRules {
  judge(call: FunctionCall): FunctionVerdict;
  /**
   * PostgreSQL reads (path).pg_read_file as pg_read_file(path), and t.f as f(t). Null for a name that no known
   * function has: a field, as far as names tell.
   */
  judgeAttribute(name: string, of: 'row' | 'value'): FunctionVerdict | null;
  /** Keywords that stand for a value, by the parser's names for them. */
  judgeValue(op: string): Volatility;
  /** Operators are functions too: [symbol] or [schema, symbol]. Null for one that is refused. */
  judgeOperator(name: readonly string[]): Volatility | null;
}

export interface FunctionRulesOptions {
  /** Null where no server has been asked. */
  readonly server: () => ServerCatalog | null;
  /** Their functions and operators may be used where they are not volatile. */
  readonly schemas: ReadonlySet<string>;
  /** Settings that belong to the scope of every result, in lower case: reading one is as stable as the scope. */
  readonly scopedSettings?: ReadonlySet<string>;
}

/** Of the server itself, of transactions and of files: each of these was read about before it was let in. */
const REVIEWED_ALONE = /^(pg_|txid_|lo_|fmgr_|binary_upgrade_)|_to_xml/;

export function createFunctionRules({
  server,
  schemas,
  scopedSettings = new Set(),
}: FunctionRulesOptions): FunctionRules {
  const builtIn = new Map<string, Volatility>([
    ...entries(PURE_FUNCTIONS, 'stable'),
    ...entries(CLOCK_FUNCTIONS, 'clock'),
    ...entries(UNSTABLE_FUNCTIONS, 'volatile'),
  ]);
  const fromExtensions = new Map<string, Volatility>([
    ...entries(EXTENSION_FUNCTIONS, 'stable'),
    ...entries(POSTGIS_FUNCTIONS, 'stable').map(([name, use]) => [`st_${name}`, use] as const),
    ...entries(UNSTABLE_EXTENSION_FUNCTIONS, 'volatile'),
  ]);
  const builtInOperators = wordSet(BUILT_IN_OPERATORS);
  const extensionOperators = wordSet(EXTENSION_OPERATORS);

  /** Undefined where it may not be called, or is none. */
  function builtInUse(name: string): Volatility | undefined {
    const reviewed = builtIn.get(name);
    const found = server()?.builtIn.get(name);
    // What a list names and this server lacks may be somebody's own.
    if (found === undefined) return server()?.own.has(name) ? undefined : reviewed;
    if (reviewed === 'volatile' || reviewed === 'clock') return reviewed;
    if (found.volatility === 'volatile') return undefined;
    if (reviewed !== undefined) return reviewed;
    const isListed = REVIEWED_ALONE.test(name) || isHarmful(name);
    if (found.isInternal || isListed) return undefined;
    return useOf(found);
  }

  /** Whether somebody who calls it by this name, with or without its schema, reaches it. */
  const isReached = ({ schema }: Routine, given: string | undefined): boolean =>
    given === undefined ? (server()?.path.includes(schema) ?? false) : schema === given;

  /** Of extensions and of the schemas that were named; undefined where it may not be called. */
  function trustedUse(routine: Routine): Volatility | undefined {
    // Whatever schema is trusted: SQL in a text would pass by everything here.
    if (isHarmful(routine.name)) return undefined;
    const known = routine.isExtension ? fromExtensions.get(routine.name) : undefined;
    // Some extensions declare theirs volatile that only read.
    if (known !== undefined) return routine.volatility === 'volatile' ? 'volatile' : known;
    if (routine.volatility === 'volatile') return undefined;
    return schemas.has(routine.schema) ? useOf(routine) : undefined;
  }

  function judgeOther(name: string, schema: string | undefined): FunctionVerdict {
    const known = server();
    if (known === null) {
      const volatility = fromExtensions.get(name);
      return volatility === undefined ? refusalOf(name) : { volatility };
    }
    const reached = (known.own.get(name) ?? []).filter((routine) => isReached(routine, schema));
    const uses: Volatility[] = [];
    for (const routine of reached) {
      const use = trustedUse(routine);
      if (use === undefined) return isHarmful(name) ? refusalOf(name) : refusalOfOwn(routine);
      uses.push(use);
    }
    return uses.length > 0 ? { volatility: mostOf(uses) } : refusalOf(name);
  }

  /** A function of somebody's own that fits the arguments better than the built-in one is called in its place. */
  function shadowOf(
    name: string,
    isMeant: (routine: Routine) => boolean = () => true,
  ): Routine | undefined {
    return server()
      ?.own.get(name)
      ?.filter(isMeant)
      .find((routine) => {
        // One that depends on its arguments alone does no harm, and is often meant: round(float8, int).
        const isHarmless = routine.volatility === 'immutable' || routine.isExtension;
        return !isHarmless && isReached(routine, undefined) && trustedUse(routine) === undefined;
      });
  }

  return {
    judge({ name, argumentCount, firstText = '' }) {
      const called = name.at(-1) ?? '';
      const schema = name.at(-2);
      if (!isSystem(schema)) return judgeOther(called, schema);
      const special = judgeByArguments(called, argumentCount);
      const isScoped = called === 'current_setting' && scopedSettings.has(firstText.toLowerCase());
      const volatility = isScoped ? 'stable' : (special?.volatility ?? builtInUse(called));
      if (volatility === undefined)
        return schema === undefined ? judgeOther(called, undefined) : refusalOf(called);
      const shadow = schema === undefined ? shadowOf(called) : undefined;
      return shadow ? refusalOfShadow(shadow) : { volatility };
    },

    judgeAttribute(name, of) {
      const special = judgeByArguments(name, 1);
      const volatility = special?.volatility ?? builtInUse(name);
      const takesIt = ({ takesRow, takesOne }: Routine): boolean =>
        of === 'row' ? takesRow : takesOne;
      const shadow = volatility === undefined ? undefined : shadowOf(name, takesIt);
      if (shadow) return refusalOfShadow(shadow);
      if (volatility !== undefined) return { volatility };
      const known = server();
      if (known === null) {
        const use = fromExtensions.get(name);
        if (use !== undefined) return { volatility: use };
        return isHarmful(name) ? refusalOf(name) : null;
      }
      const builtInOne = known.builtIn.get(name);
      if (builtInOne && (takesIt(builtInOne) || isHarmful(name))) return refusalOf(name);
      const isMeant = (routine: Routine): boolean =>
        takesIt(routine) && isReached(routine, undefined);
      return known.own.get(name)?.some(isMeant) ? judgeOther(name, undefined) : null;
    },

    judgeValue: clockOfValue,

    judgeOperator(name) {
      const symbol = name.at(-1) ?? '';
      const schema = name.at(-2);
      const isBuiltIn = schema === undefined || schema === 'pg_catalog';
      const isExtension = schema !== 'pg_catalog';
      const isKnown =
        (isBuiltIn && builtInOperators.has(symbol)) ||
        (isExtension && extensionOperators.has(symbol));
      const known = server();
      if (known === null || schema === 'pg_catalog') return isKnown ? 'stable' : null;
      if (schema === undefined && builtInOperators.has(symbol)) return 'stable';
      const own = known.ownOperators.get(symbol) ?? [];
      const reached = own.filter((routine) => isReached(routine, schema));
      const isTrusted = (routine: Routine): boolean =>
        routine.volatility !== 'volatile' &&
        ((routine.isExtension && extensionOperators.has(symbol)) || schemas.has(routine.schema));
      return reached.length > 0 && reached.every(isTrusted) ? 'stable' : null;
    },
  };
}

/**
 * For what the owner of the database wrote: nothing is refused, and what is not on the lists is volatile unless it
 * is known to be pure. Who the user is belongs to the scope of every result.
 */
export function lenient(rules: FunctionRules, pure: ReadonlySet<string>): FunctionRules {
  const toVolatility = (verdict: FunctionVerdict, name: string): { volatility: Volatility } => {
    if ('volatility' in verdict) return verdict;
    return { volatility: pure.has(name) ? 'stable' : 'volatile' };
  };
  return {
    judge: (call) => toVolatility(rules.judge(call), call.name.at(-1) ?? ''),
    judgeAttribute(name, of) {
      const verdict = rules.judgeAttribute(name, of);
      return verdict && toVolatility(verdict, name);
    },
    judgeValue: (op) => (USER_VALUES.test(op) ? 'stable' : rules.judgeValue(op)),
    judgeOperator: (name) => (rules.judgeOperator(name) === null ? 'volatile' : 'stable'),
  };
}

const useOf = ({ volatility }: Routine): Volatility =>
  volatility === 'immutable' ? 'stable' : 'volatile';

const USER_VALUES = /^SVFOP_((CURRENT|SESSION)_USER|USER|CURRENT_ROLE)$/;

/** Unqualified names reach pg_catalog first; any other schema holds no built-in function. */
function isSystem(schema: string | undefined): boolean {
  return schema === undefined || schema === 'pg_catalog';
}

/** Where the number of arguments decides what the function does. */
function judgeByArguments(
  name: string,
  argumentCount: number,
): { readonly volatility: Volatility } | null {
  if (name === 'age') return { volatility: argumentCount === 1 ? 'clock' : 'stable' };
  // ts_rewrite(query, text) runs the text as SQL; with three arguments it only rewrites.
  if (name === 'ts_rewrite' && argumentCount === 3) return { volatility: 'stable' };
  return null;
}

const USE_BUILT_IN =
  'Use built-in functions and plain SQL; a function of your own can stand behind a view.';
const LEAVE_OUT = 'Leave the call out: askonce only reads.';

/**
 * Known functions that do harm, and words for it. A call is refused whether or not it is here; a name
 * after a dot only if it is, so the patterns name functions closely and no column by accident.
 */
const HARMFUL: readonly (readonly [names: RegExp, reason: string, hint: string])[] = [
  [
    /^(query|table|schema|database|cursor)_to_xml|^(ts_stat|ts_rewrite|connectby)$|^crosstab\w*$|^dblink|^(xpath_table|(st_)?find_?(extent|srid)|(st_)?estimated_?extent|xslt_process)$/,
    'runs SQL that is passed to it as text',
    'Write that SQL as part of this statement.',
  ],
  [
    /^pg_(ls_|read_(binary_)?file|stat_file$|file_|hba_file|ident_file|show_all_file|current_logfile)/,
    "reaches the server's files",
    LEAVE_OUT,
  ],
  [
    /^lo_(close|creat|export|from_bytea|get$|import|lseek|open|put$|tell|truncate|unlink)|^lo(read|write)$/,
    'reaches large objects or files',
    LEAVE_OUT,
  ],
  [/^http_(get|head|post|put|patch|delete|set_curlopt)$/, 'reaches the network', LEAVE_OUT],
  [/^(set_config|setseed|set_limit)$/, 'changes the session', LEAVE_OUT],
  [
    /^(nextval|setval|currval|lastval)$/,
    'moves or depends on a sequence',
    'Read the table that it numbers.',
  ],
  [/^pg_(try_)?advisory_/, 'takes or releases locks that outlive the statement', LEAVE_OUT],
  [/^pg_sleep/, 'holds a connection without doing work', LEAVE_OUT],
  [/^(txid_current|pg_current_xact_id)$/, 'allots a transaction id', LEAVE_OUT],
  [
    /^pg_(terminate|cancel)_backend$|^pg_(notify|promote|prewarm)$|^pg_(logical|replication|copy|create|drop|import|export|backup|restore|clear)_/,
    'administers the server',
    LEAVE_OUT,
  ],
  [
    /^pg_(switch_wal|reload_conf|rotate_logfile|log_|wal_replay_|stat_(reset|clear|force))|^binary_upgrade_|^brin_(de)?summarize_|^gin_clean_/,
    'administers the server',
    LEAVE_OUT,
  ],
];

const isHarmful = (name: string): boolean => HARMFUL.some(([names]) => names.test(name));

/** What agents bring along from other databases, and how PostgreSQL says it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  curdate: 'current_date',
  date_format: 'to_char(value, format)',
  dateadd: "value + interval '1 day'",
  datediff: 'one date minus the other',
  datetime: 'a cast to timestamp',
  day: 'extract(day from value)',
  getdate: 'now()',
  group_concat: 'string_agg(value, separator)',
  ifnull: 'coalesce(value, fallback)',
  iif: 'CASE WHEN … THEN … ELSE … END',
  instr: 'strpos(text, part)',
  isnull: 'coalesce(value, fallback)',
  julianday: 'one date minus the other',
  len: 'length(text)',
  month: 'extract(month from value)',
  nvl: 'coalesce(value, fallback)',
  strftime: 'to_char(value, format) or extract(year from value)',
  year: 'extract(year from value)',
};

function refusalOf(name: string): Refusal {
  if (Object.hasOwn(ELSEWHERE, name)) {
    return { reason: 'is not a PostgreSQL function', hint: `Use ${ELSEWHERE[name]}.` };
  }
  const known = HARMFUL.find(([names]) => names.test(name));
  if (known !== undefined) return { reason: known[1], hint: known[2] };
  return {
    reason: 'is not on the list of functions known to be without side effects',
    hint: USE_BUILT_IN,
  };
}

function refusalOfOwn({ schema, name, volatility }: Routine): Refusal {
  if (volatility === 'volatile') {
    return {
      reason: `is ${schema}.${name}, which is volatile: it may write`,
      hint: 'Use built-in functions and plain SQL. If it only reads, its owner can declare it STABLE.',
    };
  }
  return {
    reason: `is ${schema}.${name}, which is in none of the schemas whose functions may be called`,
    hint: `${USE_BUILT_IN} Whoever runs askonce can name its schema in FUNCTION_SCHEMAS.`,
  };
}

function refusalOfShadow({ schema, name }: Routine): Refusal {
  return {
    reason: `could be ${schema}.${name}, which may read or write what is not to be`,
    hint: `For PostgreSQL's own write pg_catalog.${name}.`,
  };
}

/** Every operator of pg_catalog in PostgreSQL 15 and 18. */
const BUILT_IN_OPERATORS = `
  = <> < <= > >= + - * / % ^ |/ ||/ ! !! @ & | # ~ << >> || -> ->> #> #>> #- @> <@ ? ?| ?& @? @@ @@@
  ~~ !~~ ~~* !~~* ~* !~ !~* ^@ && &< &> <<| |>> &<| |&> -|- <-> <^ >^ ?# ?- ?-| ?|| ## @-@ ~=
  <<= >>= ~<~ ~<=~ ~>~ ~>=~ *= *<> *< *<= *> *>=`;

/** pg_trgm, pgvector, PostGIS, hstore, ltree, cube, intarray. */
const EXTENSION_OPERATORS = `
  % <% %> <<% %>> <-> <<-> <->> <<<-> <->>>
  <#> <=> <+> <~> <%>
  && &&& ~ ~= @ ~~ @@ ~== <<->> <<#>> |=| <<@ &/& @>> <<@
  ? ?& ?| @> <@ %% %# #= ^@ ^<@ ^@> ?@> ?<@ ?~ ?@ ^~ ^? ~>
  <@> #`;

function entries(names: string, volatility: Volatility): (readonly [string, Volatility])[] {
  return wordsOf(names).map((name) => [name, volatility] as const);
}
