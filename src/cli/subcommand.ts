// Owns what a subcommand of `askonce cache` is: one definition, from which it is parsed, helped with and completed, and
// what it is given when it runs.
import type { Call } from './calls.ts';
import type { KeyInput } from './keys.ts';
import type { Look } from './look.ts';
import type { Progress } from './progress.ts';

export interface Operand {
  readonly name: string;
  readonly about: string;
  readonly isRequired?: boolean;
  /** All that follow are it. */
  readonly isMany?: boolean;
  readonly choices?: readonly string[];
}

export interface OptionDefinition {
  /** As commander has them: '--limit <n>'. */
  readonly flags: string;
  readonly about: string;
  readonly choices?: readonly string[];
  readonly isNumber?: boolean;
}

export interface Definition {
  readonly name: string;
  /** In one line. */
  readonly summary: string;
  /** More of it, where the line does not say it all. */
  readonly about?: string;
  /** Behind the URL. */
  readonly operands?: readonly Operand[];
  readonly options?: readonly OptionDefinition[];
  /** What is typed behind `askonce cache`, and what for. */
  readonly examples: ReadonlyArray<readonly [command: string, purpose: string]>;
}

/** By the names of the options, in camel case. */
export type Options = Readonly<Record<string, string | number | true | readonly string[]>>;

/** What stands at both ends of a command. */
export interface Face {
  readonly stdin: KeyInput;
  /** On stdout. @throws what the stream ends with. */
  readonly print: (text: string) => Promise<void>;
  readonly look: Look;
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  readonly progress: Progress;
}

export interface Invocation {
  readonly operands: readonly string[];
  readonly options: Options;
  readonly call: Call;
  readonly face: Face;
  /** Whether documents are printed as they are. */
  readonly isJson: boolean;
}

export interface Subcommand {
  readonly definition: Definition;
  /** @returns The exit code. @throws AppError */
  run(invocation: Invocation): Promise<number>;
}

export const SCOPE_OPTION: OptionDefinition = {
  flags: '--scope <id>',
  about: 'of this scope alone: its id as stats lists it, or the beginning of that',
};

/** Those of the options that are given, by the names that the tool has for them. */
export function argumentsOf(
  options: Options,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const given = Object.entries(names).filter(([option]) => options[option] !== undefined);
  return Object.fromEntries(given.map(([option, argument]) => [argument, options[option]]));
}
