// Owns the scripts that complete the commands in a shell: made of the tree of commands, so that there is no second list
// of them, and complete in themselves, so that no key waits for a process.
import type { Argument, Command, Option } from 'commander';

import type { SHELLS } from './commands.ts';

/** One command that something can be typed behind. */
interface Place {
  /** "cache stats"; empty for askonce itself. */
  readonly path: string;
  readonly commands: readonly Named[];
  readonly options: readonly Flag[];
  /** What the operands may be, where that is known. */
  readonly values: readonly string[];
}

interface Named {
  readonly name: string;
  readonly about: string;
}

interface Flag extends Named {
  readonly takesValue: boolean;
  readonly values: readonly string[];
}

const PROGRAM = 'askonce';

export function completionOf(program: Command, shell: (typeof SHELLS)[number]): string {
  const places = placesOf(program, []);
  return { bash: bashOf, zsh: zshOf, fish: fishOf }[shell](places);
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const place: Place = {
    path: path.join(' '),
    commands: command.commands.map((one) => ({ name: one.name(), about: one.summary() })),
    options: command.createHelp().visibleOptions(command).map(flagOf),
    values: command.registeredArguments.flatMap((argument) => valuesOf(argument)),
  };
  const inner = command.commands.flatMap((one) => placesOf(one, [...path, one.name()]));
  return [place, ...inner];
}

const flagOf = (option: Option): Flag => ({
  name: option.long ?? option.flags,
  about: option.description,
  takesValue: option.required || option.optional,
  values: option.argChoices ?? [],
});

const valuesOf = ({ argChoices }: Argument): readonly string[] => argChoices ?? [];

/** What may stand behind the words of a place. */
const wordsOf = ({ commands, options, values }: Place): string =>
  [...commands, ...options]
    .map(({ name }) => name)
    .concat(values)
    .join(' ');

function bashOf(places: readonly Place[]): string {
  const words = places.map(
    (place) => `    ${quoted(place.path)}) words=${quoted(wordsOf(place))} ;;`,
  );
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(
        ({ name, values: known }) =>
          `    ${quoted(`${path} ${name}`)}) words=${quoted(known.join(' '))} ;;`,
      ),
  );
  const paths = places.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));
  return `# source <(${PROGRAM} completion bash)
_${PROGRAM}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path='' words='' word next
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in
    ${paths.join('|')}) path=$next ;;
    esac
  done
  case "$path" in
${words.join('\n')}
  esac
  case "$path $before" in
${values.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${PROGRAM} ${PROGRAM}
`;
}

function zshOf(places: readonly Place[]): string {
  const described = ({ name, about }: Named): string =>
    quoted(`${name.replaceAll(':', '\\:')}:${about}`);
  const cases = places.map(({ path, commands, options, values }) => {
    const all = [...commands, ...options].map(described).concat(values.map(quoted));
    return `    ${quoted(path)}) words_here=(${all.join(' ')}) ;;`;
  });
  const flags = places.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ name, values }) => {
        const known = values.length > 0 ? `compadd -- ${values.join(' ')}` : '_files';
        return `    ${quoted(`${path} ${name}`)}) ${known}; return ;;`;
      }),
  );
  const paths = places.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));
  return `#compdef ${PROGRAM}
# source <(${PROGRAM} completion zsh), behind compinit
_${PROGRAM}() {
  local place='' word next
  local -a words_here
  for word in "\${(@)words[2,CURRENT-1]}"; do
    next="\${place:+$place }$word"
    case "$next" in
    ${paths.join('|')}) place=$next ;;
    esac
  done
  case "$place \${words[CURRENT-1]}" in
${flags.join('\n')}
  esac
  case "$place" in
${cases.join('\n')}
  esac
  _describe -t commands ${PROGRAM} words_here || _files
}
compdef _${PROGRAM} ${PROGRAM}
`;
}

function fishOf(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options, values }) => {
    const at = `complete -c ${PROGRAM} -n ${quoted(`__${PROGRAM}_at ${path}`.trimEnd())}`;
    return [
      ...commands.map(({ name, about }) => `${at} -f -a ${name} -d ${fishQuoted(about)}`),
      ...options.map(({ name, about, takesValue, values: known }) => {
        const value = known.length > 0 ? ` -x -a ${quoted(known.join(' '))}` : ' -r';
        return `${at} -l ${name.slice(2)}${takesValue ? value : ''} -d ${fishQuoted(about)}`;
      }),
      ...(values.length > 0 ? [`${at} -f -a ${quoted(values.join(' '))}`] : []),
    ];
  });
  const paths = places.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));
  return `# ${PROGRAM} completion fish | source
function __${PROGRAM}_at
  set -l place
  for word in (commandline -opc)[2..-1]
    if contains -- (string join -- ' ' $place $word) ${paths.join(' ')}
      set -a place $word
    end
  end
  test "$place" = "$argv"
end
${lines.join('\n')}
`;
}

/** For bash and zsh, where nothing within single quotes means anything. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const fishQuoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
