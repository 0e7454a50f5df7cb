// Owns what a line of the log may not show: passwords, tokens, connection strings, wherever in it they stand. Works on
// the line as it is written, so that no field, message or stack of an error gets past it. Total: it never throws.

const MARK = '[redacted]';

/** Without one of these there is no secret to be found; most lines end here. */
const HINT =
  /:\/\/|passw|pwd|token|secret|authorization|cookie|api_?key|connectionstring|bearer |basic |eyJ/iu;
const NAME =
  '[\\w-]{0,64}(?:password|passwd|pwd|token|secret|authorization|cookie|api_?key|connectionstring)';

const FORMS: ReadonlyArray<readonly [form: RegExp, shown: string]> = [
  // A field of the line, at whatever depth.
  [new RegExp(`("${NAME}":")(?:[^"\\\\]|\\\\.)+`, 'giu'), `$1${MARK}`],
  // JSON inside of a text.
  [new RegExp(`(\\\\"${NAME}\\\\":\\s*\\\\")[^"\\\\]+`, 'giu'), `$1${MARK}`],
  // To the last @ of the word: a password that was not encoded may hold others.
  [/(\bpostgres(?:ql)?:\/\/[^\s:@/"\\]*:)[^\s"\\]*@/giu, `$1${MARK}@`],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/"\\]*:)[^\s@/"\\]+@/giu, `$1${MARK}@`],
  // A parameter of a URL, or a word of a connection string.
  [new RegExp(`(\\b${NAME}=)(?:'[^'"]*'|[^\\s&;,'"\\\\)]+)`, 'giu'), `$1${MARK}`],
  [/\b(bearer|basic) +[\w.~+/-]{8,}=*/giu, `$1 ${MARK}`],
  // A JSON Web Token.
  [/\beyJ[\w-]{8,4096}\.[\w-]{1,8192}(?:\.[\w-]{0,4096})?/gu, MARK],
];

export function withoutSecrets(line: string): string {
  if (!HINT.test(line)) return line;
  return FORMS.reduce((text, [form, shown]) => text.replace(form, shown), line);
}
