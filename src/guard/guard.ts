// Owns the statement guard: may this text run? PostgreSQL's own grammar reads it, and what is not on the
// lists is refused. It rewrites a statement nowhere but where columns are masked (masking.ts). It is one layer of
// several: what stands behind a view it cannot tell, so the transaction is read-only and the role least-privileged too.
import { AppError, isAppError } from '../errors.ts';
import { createFunctionRules, lenient } from './functions.ts';
import {
  canonicalText,
  literalTokens,
  redactedText,
  trimStatement,
  withoutComments,
} from './canonical.ts';
import type { LiteralToken } from './canonical.ts';
import { classify } from './classify.ts';
import { MAX_DEPTH, MAX_NESTING, measureDepth } from './depth.ts';
import { inspectStatement } from './inspect.ts';
import { readFacts } from './sql-facts.ts';
import { meaningOf } from './sql-meaning.ts';
import { maskTables, unmaskable } from './masking.ts';
import type { MaskedRange } from './masking.ts';
import { createPermittedTexts } from './permitted.ts';
import { firstOf, placeOf } from './place.ts';
import { createSyntax, textOffset } from './syntax.ts';
import type { SqlFacts } from '../cache/facts.ts';
import { mostOf } from '../cache/volatility.ts';
import type { Volatility } from '../cache/volatility.ts';
import type { InspectRules, Inspection, TableRange } from './inspect.ts';
import type { ServerCatalog } from './server-catalog.ts';
import { createTablePolicy } from './table-policy.ts';
import type { PolicyRules, TablePolicy } from './table-policy.ts';
import type { Syntax, SyntaxFault, SyntaxNode, Token } from './syntax.ts';

export interface GuardedStatement {
  /** As given, without the white space and semicolons around it; otherwise never rewritten. */
  readonly sql: string;
  readonly kind: 'select' | 'explain' | 'show';
  /** Two texts with the same canonical text are the same statement. */
  readonly canonical: string;
  /** 'schema.name' or 'name' as written and folded; sorted, unique, without WITH queries. */
  readonly tables: readonly string[];
  /** 'volatile' also where the answer follows the session, the catalog or the statistics. */
  readonly volatility: Volatility;
  /** The highest $n. */
  readonly parameterCount: number;
  readonly facts: SqlFacts;
  /** Where the plain literals stand in `sql`, in order. */
  readonly literals: readonly LiteralToken[];
  /** Equal for statements that differ in aliases, order and spelling alone (sql-meaning.ts). */
  readonly meaning: () => string;
}

export interface StatementGuard {
  /**
   * @throws AppError INPUT_INVALID (no usable text), QUERY_INVALID (PostgreSQL cannot parse it) or
   * QUERY_REJECTED (it parses and is not permitted; the message names the rule).
   */
  check(sql: string): GuardedStatement;
  /** As check, for a text that may have been let through before. */
  requirePermitted(sql: string): void;
  /** Another one when what was let through may be refused by now, and the other way round. */
  readonly rules: unknown;
  /**
   * The text to run for a statement that was checked: the same, but where columns are masked.
   * @throws AppError QUERY_REJECTED where a table with masked columns stands as none without them can.
   */
  masked(sql: string): string;
  /** Whether it is one that PostgreSQL plans, of those that were let through. */
  isPlanned(sql: string): boolean;
  /** With a mark in the place of every value; null where the text does not even break into words. */
  redacted(sql: string): string | null;
  /** For who did not write it: without its comments. */
  shown(sql: string): string;
  /** For what is told of the schema. */
  isShown(schema: string, table: string): boolean;
  isMasked(schema: string, table: string, column: string): boolean;
  /** What it depends on beside its tables; 'volatile' where that cannot be told. */
  volatilityOf(definition: DefinitionText): Volatility;
}

/** The text behind a view or a policy. */
export interface DefinitionText {
  readonly texts: readonly string[];
  /** Names of functions outside of the lists that are known to be immutable; null where one is not. */
  readonly pureFunctions: readonly string[] | null;
}

export interface StatementGuardOptions {
  /** Characters. */
  readonly maxLength?: number;
  /** What the connected server says of its functions and tables; null, or absent, where none is connected. */
  readonly catalog?: () => ServerCatalog | null;
  /** What agents may see of the tables that the role may read. */
  readonly tables?: PolicyRules;
  /** Schemas beside pg_catalog whose functions may be called. */
  readonly functionSchemas?: readonly string[];
  /** Settings that belong to the scope of every result. */
  readonly scopedSettings?: readonly string[];
}

/** Long enough for generated reports with thousands of values, short enough to parse in milliseconds. */
const DEFAULT_MAX_LENGTH = 100_000;
/** What the wire protocol can bind. */
const MAX_PARAMETERS = 65_535;

/** Loads the parser; every check after that is synchronous. */
export const createStatementGuard = async (
  options: StatementGuardOptions = {},
): Promise<StatementGuard> => guardOver(await createSyntax(), options);

export function guardOver(syntax: Syntax, options: StatementGuardOptions): StatementGuard {
  const { maxLength = DEFAULT_MAX_LENGTH, catalog = () => null, functionSchemas = [] } = options;
  const { tables = NO_RULES, scopedSettings = [] } = options;
  const functions = createFunctionRules({
    server: catalog,
    schemas: new Set(functionSchemas),
    scopedSettings: new Set(scopedSettings.map((name) => name.toLowerCase())),
  });
  const policy = createTablePolicy(tables, () => catalog()?.relations ?? null);
  const rules: InspectRules = {
    functions,
    requireTable: (table) => policy.require(table),
  };

  const permitted = createPermittedTexts(catalog);

  function check(sql: string): GuardedStatement {
    requireText(sql, maxLength);
    const text = sql.trim();
    const tokens = syntax.scan(text);
    if (tokens !== null) requireShallow(tokens);
    const root = parseOne(syntax, sql);
    if (tokens === null) throw tooComplex();
    const { kind, body } = placed(
      sql,
      () => 0,
      () => classify(root),
    );
    let at = 0;
    const note = (byteOffset: number): void => void (at = byteOffset);
    const inspection =
      body === null
        ? OF_SHOW
        : placed(
            sql,
            () => textOffset(text, at),
            () => inspectStatement(body, rules, note),
          );
    requireBindable(inspection);
    const { tables: read, parameterCount, usesClock } = inspection;
    const trimmed = trimStatement(text, tokens);
    permitted.add(trimmed);
    return {
      sql: trimmed,
      kind,
      canonical: canonicalText(tokens),
      tables: read,
      volatility: kind === 'select' ? inspection.volatility : 'volatile',
      parameterCount,
      facts: readFacts(body ?? {}, { tables: read, usesClock }),
      literals: literalTokens(tokens, text.indexOf(trimmed)),
      meaning: () => meaningOf(root),
    };
  }

  return {
    get rules() {
      return catalog();
    },

    check,

    requirePermitted(sql) {
      if (!permitted.has(sql)) check(sql);
    },

    masked(sql) {
      if (!policy.hasMasks) return sql;
      const tokens = syntax.scan(sql) ?? [];
      const { body } = classify(parseOne(syntax, sql));
      if (body === null) return sql;
      const ranges = maskedRanges(inspectStatement(body, rules).ranges, policy);
      if (ranges.length === 0) return sql;
      const masked = maskTables(sql, tokens, ranges, (at) => textOffset(sql, at));
      // Each stands in the subquery that was put in its place, and nowhere else.
      const outcome = syntax.parse(masked);
      const again = 'fault' in outcome ? null : classify(outcome.statements[0] ?? {}).body;
      const inside = again ? maskedRanges(inspectStatement(again, rules).ranges, policy) : [];
      if (inside.length !== ranges.length) throw unmaskable(ranges[0]!.range);
      return masked;
    },

    isPlanned(sql) {
      return classify(parseOne(syntax, sql)).kind === 'select';
    },

    redacted(sql) {
      const tokens = sql.length > maxLength ? null : syntax.scan(sql);
      return tokens && redactedText(tokens);
    },

    shown(sql) {
      if (!COMMENT.test(sql)) return sql;
      const tokens = syntax.scan(sql);
      return tokens === null ? sql : withoutComments(sql, tokens);
    },

    isShown: (schema, table) => policy.isShown(schema, table),
    isMasked: (schema, table, column) => policy.isMasked(schema, table, column),

    volatilityOf({ texts, pureFunctions }) {
      if (pureFunctions === null) return 'volatile';
      const pure = new Set(pureFunctions);
      try {
        return mostOf(
          texts.map((sql) => {
            const tokens = syntax.scan(sql);
            if (tokens !== null) requireShallow(tokens);
            return inspectStatement(parseOne(syntax, sql), {
              functions: lenient(functions, pure),
            }).volatility;
          }),
        );
      } catch {
        // It runs all the same: the owner of the database wrote it.
        return 'volatile';
      }
    },
  };
}

/** Where there is none, nothing has to be taken apart. */
const COMMENT = /--|\/\*/;
const NO_RULES: PolicyRules = { allowed: [], denied: [], masked: [] };

const maskedRanges = (ranges: readonly TableRange[], policy: TablePolicy): MaskedRange[] =>
  ranges.flatMap((range) => {
    const mask = policy.maskOf(range);
    return mask === null ? [] : [{ range, mask }];
  });

const OF_SHOW: Inspection = {
  ranges: [],
  tables: [],
  volatility: 'volatile',
  usesClock: false,
  parameterCount: 0,
};

function requireText(sql: unknown, maxLength: number): void {
  const fault = textFault(sql, maxLength);
  if (fault === null) return;
  throw new AppError('INPUT_INVALID', fault, { hint: 'Send one SELECT statement as text.' });
}

function textFault(sql: unknown, maxLength: number): string | null {
  if (typeof sql !== 'string') return `The SQL must be text, not ${typeof sql}`;
  if (sql.trim() === '') return 'The SQL is empty';
  if (sql.length > maxLength) {
    return `The SQL is ${sql.length} characters long; at most ${maxLength} are accepted`;
  }
  if (sql.includes('\0')) return 'The SQL contains a NUL character, which PostgreSQL cannot hold';
  if (/\p{Surrogate}/u.test(sql)) return 'The SQL is not well-formed Unicode text';
  return null;
}

function requireShallow(tokens: readonly Token[]): void {
  const { nesting, depth } = measureDepth(tokens);
  if (nesting > MAX_NESTING || depth > MAX_DEPTH) throw tooComplex();
}

function tooComplex(): AppError {
  return new AppError('INPUT_INVALID', 'The statement is nested too deeply', {
    hint:
      `At most ${MAX_NESTING} brackets within each other and ${MAX_DEPTH} terms in one chain; ` +
      'WITH queries flatten a statement, IN lists and VALUES may be long.',
  });
}

function parseOne(syntax: Syntax, sql: string): SyntaxNode {
  const outcome = syntax.parse(sql.trim());
  if ('fault' in outcome) throw notParsed(sql, outcome.fault);
  const [root, ...more] = outcome.statements;
  if (root === undefined) {
    throw new AppError('INPUT_INVALID', 'The SQL holds comments only, no statement', {
      hint: 'Send one SELECT statement as text.',
    });
  }
  if (more.length === 0) return root;
  throw new AppError('QUERY_REJECTED', `One statement at a time: found ${more.length + 1}`, {
    hint: 'Send each statement in its own call.',
  });
}

/** What is refused is refused with its place. @param at UTF-16 offset into the text without the space around it. */
function placed<T>(sql: string, at: () => number, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (!isAppError(error, 'QUERY_REJECTED')) throw error;
    const place = placeOf(sql, at() + sql.length - sql.trimStart().length);
    throw new AppError('QUERY_REJECTED', `${error.message} (${place})`, {
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}

function notParsed(sql: string, fault: SyntaxFault): AppError {
  const offset = fault.offset + sql.length - sql.trimStart().length;
  // An open quote makes PostgreSQL repeat the whole rest of the statement.
  const message = fault.message.replace(/(?<= at or near ")[^]*(?="$)/, firstOf);
  const hint = sql.includes('`')
    ? 'PostgreSQL quotes names with double quotes, not with backticks.'
    : "Correct the SQL there; it must be PostgreSQL's dialect.";
  return new AppError('QUERY_INVALID', `${message} (${placeOf(sql, offset)})`, { hint });
}

function requireBindable(inspection: Inspection): void {
  if (inspection.parameterCount <= MAX_PARAMETERS) return;
  throw new AppError('INPUT_INVALID', `The SQL uses parameter $${inspection.parameterCount}`, {
    hint: `Number parameters from $1 without gaps, at most $${MAX_PARAMETERS}.`,
  });
}
