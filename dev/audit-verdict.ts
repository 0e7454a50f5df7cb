// Owns what a report of `npm audit` means for the change that is checked. Pure.

interface Verdict {
  readonly exitCode: 0 | 1;
  readonly text: string;
}

interface Report {
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
}

/** From these on a change is not taken. */
const GRAVE = ['high', 'critical'];

/** @param output What `npm audit --json` wrote. */
export function judgeAudit(output: string): Verdict {
  const report = parsed(output);
  const counts = report?.metadata?.vulnerabilities;
  if (report === null || counts === undefined) {
    return { exitCode: 0, text: 'NOT CHECKED: the registry does not tell of known weaknesses.' };
  }
  const grave = Object.entries(report.vulnerabilities ?? {})
    .filter(([, { severity }]) => GRAVE.includes(severity))
    .map(([name, { severity }]) => `${name} (${severity})`);
  const isGrave = GRAVE.some((severity) => (counts[severity] ?? 0) > 0);
  if (isGrave) return { exitCode: 1, text: `Known weaknesses: ${grave.join(', ')}.` };
  const total = counts['total'] ?? 0;
  return { exitCode: 0, text: `No grave weakness is known of what ships (${total} lesser ones).` };
}

function parsed(output: string): Report | null {
  try {
    return JSON.parse(output) as Report | null;
  } catch {
    return null;
  }
}
