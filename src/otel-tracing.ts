// Owns the OpenTelemetry SDK: the only file that knows it, loaded only where traces are collected. No text of a
// question, a statement or an error ever stands in a span.
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, diag, trace } from '@opentelemetry/api';
import type { Context, DiagLogger, Span, TextMapGetter, Tracer } from '@opentelemetry/api';
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

import { AppError, isAppError } from './errors.ts';
import type { Logger } from './logger.ts';
import { NO_TRACE } from './tracing.ts';
import type {
  Carrier,
  Stage,
  StageName,
  Trace,
  TracedCall,
  Tracing,
  TracingOptions,
} from './tracing.ts';

/** A collector that is away must not hold up the end of the process. */
const FLUSH_MS = 3000;
const CARRIED: TextMapGetter<Carrier> = {
  keys: (carrier) => Object.keys(carrier),
  get(carrier, key) {
    const value = carrier[key];
    return typeof value === 'string' ? value : undefined;
  },
};

export async function startTracing({ env, version, logger }: TracingOptions): Promise<Tracing> {
  const exporter = await exporterFor(env);
  const provider = withDiagnostics(logger, () => {
    const own = resourceFromAttributes({ 'service.name': 'askonce', 'service.version': version });
    return new BasicTracerProvider({
      resource: defaultResource()
        .merge(own)
        .merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [new BatchSpanProcessor(toldOnce(exporter, logger))],
    });
  });
  const tracer = provider.getTracer('askonce', version);
  return {
    isOn: true,
    untraced: NO_TRACE,
    begin: (call) => begin(tracer, call),
    async close(deadlineMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.min(deadlineMs, FLUSH_MS));
      });
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

async function exporterFor(env: TracingOptions['env']): Promise<SpanExporter> {
  const protocol =
    env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ||
    env['OTEL_EXPORTER_OTLP_PROTOCOL'] ||
    'http/protobuf';
  if (protocol === 'http/json') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    return new OTLPTraceExporter();
  }
  if (protocol === 'http/protobuf') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
    return new OTLPTraceExporter();
  }
  throw new AppError(
    'CONFIG_INVALID',
    `OTEL_EXPORTER_OTLP_PROTOCOL: ${protocol} is not spoken here.`,
    {
      hint: 'Set it to http/protobuf or http/json; collectors take both, at port 4318 by default.',
    },
  );
}

/** What the SDK says of its settings is logged; of each batch that is lost it would say so, too. */
function withDiagnostics<T>(logger: Logger, make: () => T): T {
  const say = (message: string): void => logger.warn({ message }, 'OpenTelemetry');
  const quiet = (): void => undefined;
  const diagnostics: DiagLogger = {
    error: say,
    warn: say,
    info: quiet,
    debug: quiet,
    verbose: quiet,
  };
  diag.setLogger(diagnostics);
  try {
    return make();
  } finally {
    diag.disable();
  }
}

/** That nobody takes them is said when it begins, not with each batch. */
function toldOnce(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const isFailed = result.code !== ExportResultCode.SUCCESS;
        if (isFailed && !isFailing)
          logger.warn({ error: String(result.error) }, 'traces are lost: the collector takes none');
        isFailing = isFailed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => await exporter.forceFlush?.(),
  };
}

const propagator = new W3CTraceContextPropagator();

function parentOf(carriers: readonly Carrier[]): Context {
  for (const carrier of carriers) {
    const context = propagator.extract(ROOT_CONTEXT, carrier, CARRIED);
    if (trace.getSpanContext(context)) return context;
  }
  return ROOT_CONTEXT;
}

/** Named and described as OpenTelemetry's conventions for MCP have it. */
function begin(tracer: Tracer, call: TracedCall): Trace {
  const { tool, requestId, carriers, begunAt = performance.now() } = call;
  const parent = parentOf(carriers);
  // One clock for the whole of a trace: the SDK's would tell each span's start to the millisecond, anew.
  const epoch = Date.now() - performance.now();
  const now = (): number => epoch + performance.now();
  const attributes = {
    'mcp.method.name': 'tools/call',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': tool,
    'askonce.request_id': requestId,
  };
  const root = tracer.startSpan(
    `tools/call ${tool}`,
    { kind: SpanKind.SERVER, attributes, startTime: epoch + begunAt },
    parent,
  );
  const within = trace.setSpan(parent, root);

  function stage(name: StageName): Stage {
    const isStatement = name === 'statement';
    const kind = isStatement ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const of = isStatement ? { 'db.system.name': 'postgresql' } : {};
    const span = tracer.startSpan(name, { kind, attributes: of, startTime: now() }, within);
    let hasEnded = false;
    return {
      end(fault) {
        if (hasEnded) return;
        hasEnded = true;
        if (fault !== undefined) fail(span, fault);
        span.end(now());
      },
    };
  }

  return {
    id: root.isRecording() ? root.spanContext().traceId : null,
    stage,
    async during(name, run) {
      const running = stage(name);
      try {
        return await run();
      } catch (error) {
        running.end(isAppError(error) ? error.code : 'INTERNAL');
        throw error;
      } finally {
        running.end();
      }
    },
    end({ outcome, source, answerId, rows }) {
      root.setAttributes({ 'askonce.source': source, 'askonce.outcome': outcome });
      if (typeof answerId === 'string') root.setAttribute('askonce.answer_id', answerId);
      if (typeof rows === 'number') root.setAttribute('askonce.row_count', rows);
      if (outcome !== 'ok') fail(root, outcome);
      root.end(now());
    },
  };
}

function fail(span: Span, code: string): void {
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
