// Owns how figures are shown to people: few digits, units that fit. Pure.

/** Three digits are read at a glance. */
export function shownNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-GB');
  return String(Number(value.toPrecision(size >= 100 ? 3 : 2)));
}

export function shownMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '–';
  if (ms >= 10_000) return `${shownNumber(ms / 1000)} s`;
  return `${shownNumber(ms)} ms`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

export function shownBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return '–';
  const at = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${shownNumber(bytes / 1000 ** at)} ${UNITS[at]}`;
}

export function shownShare(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${shownNumber(100 * share)} %`;
}
