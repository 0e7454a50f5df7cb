// Owns a collector of traces as askonce sees one: an OTLP receiver over HTTP, which keeps what it is sent.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
}

export interface Collector {
  /** What has askonce send its traces here, soon and as JSON. */
  readonly env: Readonly<Record<string, string>>;
  readonly spans: readonly CollectedSpan[];
  /** Of who has sent them. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** All that has come, as text. */
  text(): string;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Sent {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: ReadonlyArray<{ readonly spans: readonly SentSpan[] }>;
  }>;
}

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

const ERROR = 2;

export async function startCollector(t: TestContext): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const resource: Record<string, unknown> = {};
  let text = '';
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = (await json(request)) as Sent;
    text += JSON.stringify(sent);
    for (const { resource: from, scopeSpans } of sent.resourceSpans) {
      Object.assign(resource, valuesOf(from.attributes));
      for (const scope of scopeSpans) spans.push(...scope.spans.map(toSpan));
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => void receive(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close().closeAllConnections());
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  };
  return { env, spans, resource, text: () => text };
}

function toSpan(sent: SentSpan): CollectedSpan {
  return {
    traceId: sent.traceId,
    spanId: sent.spanId,
    parentSpanId: sent.parentSpanId,
    name: sent.name,
    kind: sent.kind,
    attributes: valuesOf(sent.attributes),
    isError: sent.status.code === ERROR,
    startedAt: BigInt(sent.startTimeUnixNano),
    endedAt: BigInt(sent.endTimeUnixNano),
  };
}

const valuesOf = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
