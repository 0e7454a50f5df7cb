// Owns the HTTP face: limits, Host and Origin checks, authentication, routes, graceful end.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { AddressInfo } from 'node:net';

import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/express';
import express from 'express';
import type { ErrorRequestHandler, Express, RequestHandler, Router } from 'express';

import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { Principal } from '../query/context.ts';
import type { Admit } from './admit.ts';
import { asAppError, sendError, sendInvalid, sendTooLarge } from './errors.ts';
import type { McpEndpoint } from './mcp-endpoint.ts';
import { createMcpRoute } from './mcp-route.ts';
import type { ResultsEndpoint } from './results-endpoint.ts';

export interface HttpServer {
  readonly port: number;
  /** All is answered as before, but /readyz says no, and each answer is the last of its connection. */
  drain(): void;
  /**
   * Stops accepting, lets answers in flight finish within the deadline. Then who waits for one is told to come again,
   * and what has begun is cut.
   */
  close(deadlineMs: number): Promise<void>;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly admit: Admit;
  /** What is told of OAuth, by path; empty where it is not spoken. */
  readonly metadata: Readonly<Record<string, object>>;
  readonly mcp: McpEndpoint;
  readonly results: ResultsEndpoint;
  /** What stands below /admin. */
  readonly admin: Router;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Long enough for a burst: a busy server reads late what came at once. */
const HEADERS_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 65_000;
const RETRY_AFTER_MS = 1000;
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** @throws AppError CONFIG_INVALID when the port is taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const app = createExpressApp({ ...options, isDraining: () => isDraining });
  const mcp = createMcpRoute({
    hosts: hostsOf(options),
    origins: originsOf(options),
    admit: options.admit,
    mcp: options.mcp,
    maxBodyBytes: MAX_BODY_BYTES,
    logger: options.logger,
  });
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (mcp.takes(request)) void mcp.handle(request, response);
    else app(request, response);
  };
  /** Not answered yet, or not to the end. */
  const open = new Set<ServerResponse>();
  let isDraining = false;
  const server = createServer((request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    if (isDraining) response.shouldKeepAlive = false;
    // One that was sent ahead waits for its turn: of its client's end nothing is heard before.
    if (response.socket === null) response.once('socket', () => answer(request, response));
    else answer(request, response);
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    drain: () => void (isDraining = true),
    close: (deadlineMs) =>
      new Promise((resolve) => {
        isDraining = true;
        for (const response of open) {
          if (!response.headersSent) response.shouldKeepAlive = false;
          else response.once('close', () => server.closeIdleConnections());
        }
        const timer = setTimeout(() => {
          for (const response of open) if (!response.headersSent) sendError(response, stopping());
          // What was just said is on its way.
          setImmediate(() => server.closeAllConnections());
        }, deadlineMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

const stopping = (): AppError =>
  new AppError('OVERLOADED', 'This server is being stopped.', {
    retryAfterMs: RETRY_AFTER_MS,
    hint: 'Wait retry_after_ms, then send it again: another takes its place.',
  });

/**
 * For a start that takes long: better told before it than behind it.
 * @throws AppError CONFIG_INVALID when the port is taken.
 */
export async function requireFreePort(at: Address): Promise<void> {
  const probe = createServer();
  await listen(probe, at);
  await new Promise((resolve) => probe.close(resolve));
}

type Address = Pick<HttpServerOptions, 'host' | 'port'>;

async function listen(server: Server, at: Address): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, at)));
    server.listen(at.port, at.host, resolve);
  });
}

interface ExpressOptions extends HttpServerOptions {
  readonly isDraining: () => boolean;
}

function createExpressApp(options: ExpressOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Probes come by address, with whatever Host their sender likes, and learn nothing secret.
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (_request, response) => {
    const { ready, checks } = await options.readiness();
    const isReady = ready && !options.isDraining();
    const status = options.isDraining() ? 'draining' : ready ? 'ready' : 'unavailable';
    response.status(isReady ? 200 : 503).json({ status, checks });
  });
  const requireKnownHost = hostHeaderValidation(hostsOf(options));
  app.use((request, response, next) => {
    if (request.path === '/metrics' && isAddress(request.headers.host)) next();
    else requireKnownHost(request, response, next);
  });
  // A path as text would take /admin/ too, and lead round in a circle.
  app.get(/^\/admin$/, (_request, response) => response.redirect(308, '/admin/'));
  // Its own pages alone may call it, from wherever they were loaded: stricter than what follows, and without a list.
  app.use('/admin', options.admin);
  app.use(originValidation(originsOf(options)));
  app.get('/metrics', async (request, response) => {
    const { accept } = request.headers;
    // As other exporters take it.
    const names = new URL(request.url, 'http://localhost').searchParams.getAll('name[]');
    const { contentType, text } = await options.metrics.render({ accept, names });
    response.type(contentType).send(text);
  });
  for (const [path, document] of Object.entries(options.metadata)) {
    app.get(path, (_request, response) => void response.json(document));
  }
  app.all('/mcp', requirePrincipal(options.admit), ...mcpRoute(options.mcp));
  app.get('/results/:answerId', requirePrincipal(options.admit), (request, response) =>
    options.results(request, response, response.locals['principal']),
  );
  app.use((_request, response) => sendInvalid(response, 404, 'No such path; MCP is at /mcp.'));
  app.use(errorHandler(options.logger));
  return app;
}

/**
 * So a scraper asks that finds its targets by address, such as the pods of a cluster. What the check of names is for
 * cannot be done with one: a page's own name must lead here, and an address leads where it says.
 */
const isAddress = (host = ''): boolean =>
  isIP(host.replace(/:\d+$/, '').replace(/^\[(.+)\]$/, '$1')) !== 0;

const hostsOf = ({ host, allowedHosts }: HttpServerOptions): string[] => [
  ...LOOPBACK_NAMES,
  host,
  ...allowedHosts,
];
const originsOf = ({ allowedOrigins }: HttpServerOptions): string[] => [
  ...LOOPBACK_NAMES,
  ...allowedOrigins.map(originName),
];

function requirePrincipal(admit: Admit): RequestHandler {
  return async (request, response, next) => {
    response.locals['principal'] = await admit(request, response);
    next();
  };
}

function mcpRoute(mcp: McpEndpoint): RequestHandler[] {
  return [
    express.json({ limit: MAX_BODY_BYTES, strict: false, type: () => true }),
    async (request, response) => {
      const principal = response.locals['principal'] as Principal;
      await mcp.handle({ request, response, principal, body: request.body as unknown });
    },
  ];
}

function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const status = (error as { status?: unknown }).status;
    if (status === 413) {
      sendTooLarge(response, MAX_BODY_BYTES);
    } else if (typeof status === 'number' && status < 500 && !(error instanceof AppError)) {
      sendInvalid(response, 400, 'The request body is not valid JSON.');
    } else {
      const fault = asAppError(error);
      if (fault.code === 'INTERNAL') logger.error({ err: error }, 'request failed');
      sendError(response, fault);
    }
  };
}

function originName(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname : origin;
}

function listenError(error: NodeJS.ErrnoException, { host, port }: Address): unknown {
  if (error.code === 'EADDRINUSE') {
    return new AppError('CONFIG_INVALID', `Port ${port} is taken.`, {
      cause: error,
      hint:
        'Stop what listens there, or set PORT to another number (a second server with embedded databases ' +
        'needs an ASKONCE_DATA_DIR of its own, too).',
    });
  }
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
    return new AppError('CONFIG_INVALID', `Cannot listen on ${host}:${port}.`, {
      cause: error,
      hint: 'Set HOST and PORT to an address of this machine that you may use.',
    });
  }
  return error;
}
