// `npm run bench -- NAME [--json]`: runs one benchmark. Progress goes to stderr, figures to stdout.
import type { BenchContext } from './context.ts';
import { runMain } from './main.ts';

type Bench = (context: BenchContext) => Promise<Record<string, unknown>>;

const BENCHES: Readonly<Record<string, { readonly about: string; readonly run: Bench }>> = {
  main: {
    about: 'exact and semantic hits, start-up, memory; each against its floor in the same run',
    run: runMain,
  },
};

const HELP = `npm run bench -- NAME [--json]

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(10)}${about}`)
  .join('\n')}
`;

async function main(args: readonly string[]): Promise<number> {
  const name = args.find((arg) => arg !== '--json') ?? '--help';
  if (name === '--help') {
    process.stdout.write(HELP);
    return 0;
  }
  const bench = BENCHES[name];
  if (!bench) {
    process.stderr.write(`There is no benchmark ${name}.\n\n${HELP}`);
    return 2;
  }
  const figures = await bench.run({
    progress: (line) => process.stderr.write(`${line}\n`),
    root: new URL('../..', import.meta.url).pathname,
  });
  const result = { bench: name, at: new Date().toISOString(), node: process.version, ...figures };
  process.stdout.write(
    args.includes('--json')
      ? `${JSON.stringify(result)}\n`
      : `${JSON.stringify(result, null, 2)}\n`,
  );
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
