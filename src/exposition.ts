// Owns the two ways in which metrics are written down: Prometheus' own text, and OpenMetrics, which alone has a place
// for exemplars.
import { Registry } from 'prom-client';
import type { Metric } from 'prom-client';

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

const OPEN_METRICS = /application\/openmetrics-text/iu;
const TOTAL = /_total$/u;

export interface Wanted {
  /** What the reader takes, as its Accept header says it; Prometheus' text by default. */
  readonly accept?: string | undefined;
  /** Of metrics; all by default. */
  readonly names?: readonly string[];
}

export async function exposition(
  registry: Registry,
  { accept = '', names = [] }: Wanted,
): Promise<Exposition> {
  const wanted = names.length === 0 ? registry : await only(registry, names);
  const written = OPEN_METRICS.test(accept) ? openMetrics(wanted) : wanted;
  return { contentType: written.contentType, text: await written.metrics() };
}

/** Metrics of the library itself: one of several is read, and sets the others. */
const OWN = /^(?:process|nodejs)_/u;

/** What nobody exposes is passed over. */
async function only(registry: Registry, names: readonly string[]): Promise<Registry> {
  const all = registry.getMetricsAsArray() as unknown as readonly Rendered[];
  if (names.some((name) => OWN.test(name)))
    await Promise.all(all.filter(({ name }) => OWN.test(name)).map((metric) => metric.get()));
  const some = new Registry();
  for (const name of new Set(names)) {
    const metric = registry.getSingleMetric(name);
    if (metric) some.registerMetric(metric);
  }
  return some;
}

/**
 * Its renderer puts _total behind the name of each counter and takes it off the metric itself, which another renders,
 * too: it is given a stand-in for each.
 */
function openMetrics(registry: Registry): Registry {
  const written = new Registry();
  written.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  for (const metric of registry.getMetricsAsArray() as unknown as readonly Rendered[])
    written.registerMetric(standIn(metric) as unknown as Metric);
  return written;
}

/** What a registry reads of a metric; the types of the library leave it out. */
interface Rendered {
  readonly name: string;
  readonly type: string;
  getForPromString?(): Promise<Shown>;
  get(): Promise<Shown>;
}

interface Shown {
  readonly name: string;
}

function standIn(metric: Rendered): Rendered {
  const { name, type } = metric;
  const get = async (): Promise<Shown> => {
    const shown = await (metric.getForPromString?.() ?? metric.get());
    return type === 'counter' ? { ...shown, name: shown.name.replace(TOTAL, '') } : shown;
  };
  return { name, type, get };
}
