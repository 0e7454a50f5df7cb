// Owns the list of all commands: what help says of each and what completion offers. Those of the cache are parsed from
// it, too; the others take so little that they read it themselves.
import type { Definition, Subcommand } from './subcommand.ts';
import { answers } from './subcommands/answers.ts';
import { decide } from './subcommands/decide.ts';
import { exportAll } from './subcommands/export.ts';
import { forget } from './subcommands/forget.ts';
import { inspect, why } from './subcommands/inspect.ts';
import { policy } from './subcommands/policy.ts';
import { review, wrong } from './subcommands/review.ts';
import { search } from './subcommands/search.ts';
import { stats } from './subcommands/stats.ts';
import { status } from './subcommands/status.ts';
import { tune } from './subcommands/tune.ts';
import { warm } from './subcommands/warm.ts';

type Plain = Omit<Definition, 'examples'>;

const DATABASE = { name: 'url', about: 'of the data database; default: DATABASE_URL' };

export const PLAIN_COMMANDS: readonly Plain[] = [
  {
    name: 'serve',
    summary: 'serve MCP over HTTP (settings from the environment or ./.env)',
    options: [{ flags: '--while <file>', about: 'until this file changes' }],
  },
  {
    name: 'connect',
    summary: 'bridge stdio to an askonce server, starting one if none answers here',
    operands: [{ name: 'url', about: 'of the server' }],
    options: [{ flags: '--restart', about: 'one that was started here with other settings' }],
  },
  {
    name: 'install-triggers',
    summary: 'let a data database tell at once what is written to it, by triggers',
    operands: [DATABASE],
    options: [{ flags: '--standby', about: 'for an askonce that queries a standby' }],
  },
  { name: 'uninstall-triggers', summary: 'take these away again', operands: [DATABASE] },
  {
    name: 'install-publication',
    summary: 'the same, by logical replication',
    operands: [DATABASE],
  },
  { name: 'uninstall-publication', summary: 'take that away again', operands: [DATABASE] },
  {
    name: 'guard',
    summary: 'whether askonce would run a statement, and why not',
    operands: [{ name: 'sql', about: 'the statement, in quotes; without it: stdin' }],
  },
  { name: 'reader-role', summary: 'print a psql script that makes a role which can only read' },
  {
    name: 'token',
    summary: 'make a bearer token, and what to put into AUTH_TOKENS for it',
    operands: [{ name: 'name', about: 'of the principal', isRequired: true }],
    options: [{ flags: '--admin', about: 'with the admin role' }],
  },
  {
    name: 'validate',
    summary: 'try a server before agents do: profile, load, faults; a report as a page and as JSON',
    about:
      'Without --url a server of its own is tried, with the settings of this shell and what it learns in a folder that ' +
      'goes with it: the demo shop where there are none. --url sends load to that server alone. An interrupt ends the run ' +
      'and keeps what there is.',
    operands: [
      {
        name: 'phase',
        about:
          'baseline, load, conditions, all of them by default; compare and plan: see docs/validate.md',
        isMany: true,
        choices: ['baseline', 'load', 'conditions'],
      },
    ],
    options: [
      { flags: '--url <url>', about: 'of the server; MCP_AUTH_TOKEN is its token' },
      { flags: '--demo', about: 'the demo shop, whatever the settings say' },
      { flags: '--quick', about: 'less of everything, in under three minutes' },
      { flags: '--questions <file>', about: 'JSON lines: question, sql, rephrasings, heavy' },
      {
        flags: '--audit-log <file>',
        about: 'what was asked, from an audit log with AUDIT_TEXT=full',
      },
      { flags: '--agents <model>', about: 'support-desk, analyst, autonomous-agent, or a file' },
      { flags: '--adapter <file>', about: 'how another MCP server is asked' },
      { flags: '--conversations <n,n>', about: 'the levels of load' },
      { flags: '--seconds <n>', about: 'of each level', isNumber: true },
      { flags: '--burst <n>', about: 'calls at the same moment', isNumber: true },
      { flags: '--blocks <n>', about: 'of the profile of each tool', isNumber: true },
      { flags: '--turns <n>', about: 'of the long conversation', isNumber: true },
      { flags: '--max-per-second <n>', about: 'calls of all agents together', isNumber: true },
      { flags: '--against <file>', about: 'an earlier report.json to compare with' },
      {
        flags: '--expect <n>',
        about: 'conversations to plan for; default: twice what it kept up with',
        isNumber: true,
      },
      {
        flags: '--out <folder>',
        about: 'for report.html and report.json; default: askonce-report',
      },
      { flags: '--yes', about: 'load a server beyond this machine without being asked' },
      { flags: '--json', about: 'the report on stdout' },
    ],
  },
  { name: 'config', summary: 'print every setting, its meaning and its value' },
];

export const CACHE_COMMANDS: readonly Subcommand[] = [
  stats,
  search,
  inspect,
  answers,
  why,
  wrong,
  review,
  decide,
  policy,
  tune,
  forget,
  warm,
  exportAll,
  status,
];

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The names that export and warm had before there were others. */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'cache-export': ['cache', 'export'],
  'cache-warm': ['cache', 'warm'],
};
