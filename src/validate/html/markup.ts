// Owns writing HTML and SVG: whatever is put in is text, unless it is markup already.

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Part = Markup | string | number | null | readonly (Markup | string | number | null)[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Null is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.map((text, at) => (at === 0 ? text : `${written(parts[at - 1])}${text}`)).join(''),
  );
}

function written(part: Part | undefined): string {
  if (part === null || part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map((one: Part) => written(one)).join('');
  return String(part).replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign]!);
}
