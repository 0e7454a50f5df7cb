// Owns the command line as a whole: made of the list of commands, it parses, helps, and names what was meant where
// something else was typed. What a command does is its own.
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { CACHE_COMMANDS, PLAIN_COMMANDS, SHELLS } from './commands.ts';
import { Misuse } from './misuse.ts';
import type { Definition, Operand, OptionDefinition, Options, Subcommand } from './subcommand.ts';

export type Parsed =
  | {
      readonly kind: 'cache';
      readonly subcommand: Subcommand;
      readonly url: string | undefined;
      readonly operands: readonly string[];
      readonly options: Options;
    }
  | { readonly kind: 'completion'; readonly shell: (typeof SHELLS)[number] };

export interface ProgramOptions {
  readonly version: string;
  /** Columns that help may take. */
  readonly width: number;
}

export interface Program {
  /** The tree of all commands, with their options. */
  readonly command: Command;
  /** @returns Null where only help or the version was wanted. @throws Misuse */
  parse(args: readonly string[]): { readonly parsed: Parsed | null; readonly told: string };
}

const HELP_WIDTH = 100;
const OPTIONS = '[options]';
const URL_OPERAND: Operand = {
  name: 'url',
  about: 'of the server; default: http://127.0.0.1:PORT/mcp, with PORT from the environment (3000)',
};
const JSON_OPTION: OptionDefinition = {
  flags: '--json',
  about: "the tool's document, and a fault as JSON on stderr",
};
const TOKEN = `MCP_AUTH_TOKEN in the environment is sent as the token; it must be that of an admin.`;

export function createProgram({ version, width }: ProgramOptions): Program {
  let parsed: Parsed | null = null;
  let told = '';
  const command = new Command('askonce')
    .usage('COMMAND')
    .description('askonce: ask a PostgreSQL database each question once')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help, of a command where one is named')
    .exitOverride()
    .helpCommand(false)
    .configureHelp({ helpWidth: Math.min(width, HELP_WIDTH), subcommandTerm: termOf })
    .configureOutput({
      writeOut: (text) => void (told += text),
      writeErr: (text) => void (told += text),
      outputError: () => undefined,
    });
  for (const plain of PLAIN_COMMANDS) define(command, plain, plain.operands ?? []);
  const cache = command
    .command('cache')
    .summary('see and tune what a server knows')
    .usage('COMMAND [URL] [options]')
    .helpCommand(false)
    .description(`See and tune what a server knows. ${TOKEN}`);
  for (const subcommand of CACHE_COMMANDS) {
    const { definition } = subcommand;
    const operands = [URL_OPERAND, ...(definition.operands ?? [])];
    const made = define(cache, { ...definition, options: withJson(definition) }, operands);
    made.addHelpText('after', examplesOf(definition));
    made.action(() => {
      parsed = { kind: 'cache', subcommand, options: made.opts(), ...taken(made, definition) };
    });
  }
  command
    .command('completion')
    .summary('print a script that completes these commands in a shell')
    .usage('bash|zsh|fish')
    .addArgument(new Argument('<shell>', 'yours').choices([...SHELLS]))
    .addHelpText('after', '\nExample:\n  source <(askonce completion bash)\n')
    .action((shell: (typeof SHELLS)[number]) => {
      parsed = { kind: 'completion', shell };
    });
  return {
    command,
    parse(args) {
      const isGroup = args.length === 1 && args[0] === 'cache';
      try {
        command.parse(isGroup ? ['cache', '--help'] : args, { from: 'user' });
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode !== 0) throw new Misuse(oneLine(error.message));
      }
      return { parsed, told };
    },
  };
}

/** With the nearest name, where there is one. */
const oneLine = (message: string): string =>
  message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');

const withJson = ({ options = [] }: Definition) => [...options, JSON_OPTION];

function define(
  parent: Command,
  { name, summary, about, options = [] }: Omit<Definition, 'examples'>,
  operands: readonly Operand[],
): Command {
  const made = parent
    .command(name)
    .summary(summary)
    .usage(usageOf(operands))
    .description(about ?? summary);
  for (const operand of operands) {
    made.addArgument(argumentOf(operand));
  }
  for (const { flags, about: meaning, choices, isNumber } of options) {
    const option = new Option(flags, meaning);
    if (choices) option.choices([...choices]);
    if (isNumber) option.argParser(numberOf);
    made.addOption(option);
  }
  return made;
}

/** What is missing or too much is told by `taken`, which knows of the URL. */
function argumentOf({ name, about, isMany, choices }: Operand): Argument {
  const argument = new Argument(`[${name}${isMany ? '...' : ''}]`, about);
  return choices ? argument.choices([...choices]) : argument;
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('No number.');
  return value;
}

const isUrl = (text: string | undefined): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text ?? '');

/** The URL comes first, and may be left out. */
function taken(made: Command, { operands = [] }: Definition) {
  const given = made.args;
  const hasUrl = isUrl(given[0]) || (operands.length === 0 && given.length > 0);
  const own = hasUrl ? given.slice(1) : given;
  const missing = operands[own.length];
  if (missing?.isRequired)
    throw new Misuse(`askonce cache ${made.name()}: ${shown(missing)} is missing`);
  const isMany = operands.at(-1)?.isMany ?? false;
  if (own.length > operands.length && !isMany) {
    throw new Misuse(
      `askonce cache ${made.name()}: too much: ${own.slice(operands.length).join(' ')}`,
    );
  }
  for (const [at, { choices }] of operands.entries()) {
    const value = own[at];
    if (value === undefined || choices === undefined || choices.includes(value)) continue;
    throw new Misuse(`askonce cache ${made.name()}: ${value} is none of ${choices.join(', ')}`);
  }
  return { url: hasUrl ? given[0] : undefined, operands: own };
}

const shown = ({ name }: Operand): string => name.toUpperCase();

const usageOf = (operands: readonly Operand[]): string =>
  [
    ...operands.map((operand) => {
      const text = `${shown(operand)}${operand.isMany ? '…' : ''}`;
      return operand.isRequired ? text : `[${text}]`;
    }),
    OPTIONS,
  ].join(' ');

/** In a list of commands: what is the same of all goes without saying. */
const termOf = (command: Command): string =>
  [command.name(), ...command.usage().split(' ')]
    .filter((word) => word !== OPTIONS && word !== `[${shown(URL_OPERAND)}]`)
    .join(' ');

const examplesOf = ({ examples }: Definition): string =>
  `\nExamples:\n${examples.map(([text, purpose]) => `  # ${purpose}\n  askonce cache ${text}\n`).join('')}\n${TOKEN}\n`;
