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

export async function exposition(registry: Registry, accept = ''): Promise<Exposition> {
  const written = OPEN_METRICS.test(accept) ? openMetrics(registry) : registry;
  return { contentType: written.contentType, text: await written.metrics() };
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
