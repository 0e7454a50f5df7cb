// Owns /admin/: the console's files for anybody, and behind them the tools of admins for admins. A browser sends its
// cookie wherever a link leads: what a call says beside it, another site's page can neither read nor send.
import { json, Router, static as staticFiles } from 'express';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';

import { AppError, ERROR_KINDS } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { AdminCalls } from '../mcp/admin-calls.ts';
import type { Principal } from '../query/context.ts';
import type { AdminSessions } from './admin-session.ts';
import type { Admit } from './admit.ts';
import { asAppError } from './errors.ts';

export interface AdminEndpointOptions {
  /** Folder of the console's files. */
  readonly consoleDir: string;
  readonly admit: Admit;
  readonly sessions: AdminSessions;
  readonly calls: AdminCalls;
  readonly logger: Logger;
}

const MAX_BODY = '1mb';
const MAX_TOKEN_BODY = '16kb';
/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export function createAdminRouter(options: AdminEndpointOptions): Router {
  const { consoleDir, sessions, calls, logger } = options;
  const router = Router({ strict: true });
  router.use((_request, response, next) => {
    response.set(HEADERS);
    next();
  });
  const told =
    (handle: (request: Request, response: Response) => Promise<void>): RequestHandler =>
    async (request, response) => {
      response.set('cache-control', 'no-store');
      try {
        await handle(request, response);
      } catch (error) {
        sendDocument(response, error, logger);
      }
    };
  async function admitted(request: Request, response: Response): Promise<void> {
    response.set('cache-control', 'no-store');
    const isByHeader = request.headers.authorization !== undefined;
    response.locals['principal'] = await adminOf(request, response, options);
    if (isByHeader) return;
    requireOwnPage(request);
    if (!sessions.isCsrf(request)) throw notOurPage();
  }

  router.get(
    '/session',
    told(async (request, response) => {
      const principal = await adminOf(request, response, options);
      const { name, role } = principal;
      response.json({
        principal: { name, role },
        csrf: sessions.csrfOf(request),
        is_by_token: sessions.tokenOf(request) !== null,
      });
    }),
  );
  router.post(
    '/session',
    json({ limit: MAX_TOKEN_BODY }),
    told(async (request, response) => {
      requireOwnPage(request);
      const { token } = (request.body ?? {}) as { token?: unknown };
      if (typeof token !== 'string' || token === '') {
        throw new AppError('INPUT_INVALID', 'Send {"token": "…"}.');
      }
      request.headers.authorization = `Bearer ${token}`;
      const { name, role } = requireAdmin(await options.admit(request, response));
      response.append('set-cookie', sessions.begin(token));
      response.json({ principal: { name, role } });
    }),
  );
  router.delete(
    '/session',
    told(async (request, response) => {
      requireOwnPage(request);
      response.append('set-cookie', sessions.end());
      response.json({ status: 'signed out' });
    }),
  );
  router.post(
    '/api/:tool',
    // Before its body is read: a stranger's is not.
    (request, response, next) => {
      admitted(request, response).then(
        () => next(),
        (error: unknown) => sendDocument(response, error, logger),
      );
    },
    json({ limit: MAX_BODY }),
    told(async (request, response) => {
      const principal = response.locals['principal'] as Principal;
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const tool = String(request.params['tool']);
      const args: unknown = request.body ?? {};
      const { status, document } = await calls({ tool, args, principal, signal: gone.signal });
      response.status(status).json(document);
    }),
  );
  router.use(
    '/api',
    told(async () => {
      throw new AppError('NOT_FOUND', 'POST /admin/api/TOOL, with its arguments as JSON.');
    }),
  );
  router.use(staticFiles(consoleDir, { index: 'index.html', redirect: false }));
  // Each page of the console has an address of its own.
  router.get('/{*page}', (_request, response) =>
    response.sendFile('index.html', { root: consoleDir }),
  );
  const failed: ErrorRequestHandler = (error, _request, response, _next) => {
    sendDocument(response, bodyFault(error) ?? error, logger);
  };
  router.use(failed);
  return router;
}

/** What the body is told of by whoever reads it; null for any other fault. */
function bodyFault(error: unknown): AppError | null {
  const { status } = error as { readonly status?: unknown };
  if (status === 413) {
    return new AppError('RESULT_TOO_LARGE', `The body is larger than ${MAX_BODY}.`, {
      hint: 'Send less at once.',
    });
  }
  const isTheirs = typeof status === 'number' && status < 500 && !(error instanceof AppError);
  if (!isTheirs) return null;
  const what =
    error instanceof URIError ? 'The address is no valid text.' : 'The body is not valid JSON.';
  return new AppError('INPUT_INVALID', what);
}

async function adminOf(
  request: Request,
  response: Response,
  { admit, sessions }: AdminEndpointOptions,
): Promise<Principal> {
  if (request.headers.authorization === undefined) {
    const token = sessions.tokenOf(request);
    if (token !== null) request.headers.authorization = `Bearer ${token}`;
  }
  return requireAdmin(await admit(request, response));
}

function requireAdmin(principal: Principal): Principal {
  if (principal.role === 'admin') return principal;
  throw new AppError('FORBIDDEN', 'The console is for principals with the admin role.', {
    hint: 'Sign in with the token of an admin: askonce token NAME --admin makes one.',
  });
}

/** As browsers say it; those that say only which page asks are held against the name that they asked for. */
function requireOwnPage({ headers }: Request): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  const isOurs =
    site === undefined
      ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
      : site === 'same-origin' || site === 'none';
  if (!isOurs) throw notOurPage();
}

const notOurPage = (): AppError =>
  new AppError('FORBIDDEN', 'This call does not come from a page of this console.', {
    hint: 'Reload the page.',
  });

function sendDocument(response: Response, error: unknown, logger: Logger): void {
  if (response.headersSent) return;
  const fault = asAppError(error);
  if (fault.code === 'INTERNAL') logger.error({ err: error }, 'request failed');
  const { code, message, hint, retryAfterMs } = fault;
  response.status(ERROR_KINDS[code].status).json({
    error: {
      code,
      message,
      ...(hint !== undefined && { hint }),
      ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
    },
  });
}
