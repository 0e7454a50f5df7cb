// Owns what the program knows of traces: a call, its stages, whose trace it belongs to. Nothing is traced by default,
// and that costs nothing: what does it is loaded only where a collector is named.
import type { Logger } from './logger.ts';

export interface Tracing {
  /** Whether anybody collects them: what only a trace needs is not made otherwise. */
  readonly isOn: boolean;
  begin(call: TracedCall): Trace;
  /** For every call while it is off. */
  readonly untraced: Trace;
  /** Hands over what has ended, within the time. Never rejects. */
  close(deadlineMs: number): Promise<void>;
}

export interface TracedCall {
  readonly tool: string;
  readonly requestId: string;
  /** The first in which the caller names its trace (W3C's traceparent) counts. */
  readonly carriers: readonly Carrier[];
  /** Of performance.now(); now by default. */
  readonly begunAt?: number;
}

/** What may name a trace: the _meta of a request, the headers of HTTP. */
export type Carrier = Readonly<Record<string, unknown>>;

export interface Trace {
  /** Null where it is not collected. */
  readonly id: string | null;
  stage(name: StageName): Stage;
  /** Runs as a stage. */
  during<T>(name: StageName, run: () => Promise<T>): Promise<T>;
  /** Once, behind the last row. */
  end(end: TraceEnd): void;
}

export type StageName =
  /** For the very words, in the store. */
  | 'look up'
  | 'embed'
  /** Parses a statement and decides whether it may run. */
  | 'check'
  /** Known questions that are near. */
  | 'nearest'
  | 'judge'
  | 'find rows'
  /** Waits for the run of another. */
  | 'join'
  /** Waits for a connection to the data database. */
  | 'connect'
  | 'statement'
  /** Of rows, to the client. */
  | 'stream';

export interface Stage {
  /** @param fault The code of the error that ended it. What has ended stays as it was. */
  end(fault?: string): void;
}

export interface TraceEnd {
  /** 'ok' or the code of an error. */
  readonly outcome: string;
  readonly source: string;
  readonly answerId?: string | null;
  readonly rows?: number | null;
}

const NO_STAGE: Stage = { end: () => undefined };

export const NO_TRACE: Trace = {
  id: null,
  stage: () => NO_STAGE,
  during: (_name, run) => run(),
  end: () => undefined,
};

export const NO_TRACING: Tracing = {
  isOn: false,
  begin: () => NO_TRACE,
  untraced: NO_TRACE,
  close: () => Promise.resolve(),
};

export interface TracingOptions {
  /** The standard OTEL_* variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly logger: Logger;
}

/** @throws AppError CONFIG_INVALID for a protocol that is not spoken. */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  if (!isWanted(options.env)) return NO_TRACING;
  const { startTracing } = await import('./otel-tracing.ts');
  return await startTracing(options);
}

function isWanted(env: TracingOptions['env']): boolean {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const exporters = (env['OTEL_TRACES_EXPORTER'] || 'otlp').split(',').map((name) => name.trim());
  const isDisabled = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  return Boolean(endpoint) && exporters.includes('otlp') && !isDisabled;
}
