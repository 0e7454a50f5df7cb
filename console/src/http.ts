// Owns the requests to the server that the console came from: JSON both ways, faults as they are told, and
// whether anybody answers at all.
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

export interface FaultDetails {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly retry_after_ms?: number;
}

/** What the server refused, or UNREACHABLE where nobody answered. */
export class Fault extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  /** When the same may succeed; null where it will not by itself. */
  readonly retryAfterMs: number | null;

  constructor(status: number, details: FaultDetails) {
    super(details.message);
    this.name = 'Fault';
    this.status = status;
    this.code = details.code;
    this.hint = details.hint ?? null;
    this.retryAfterMs = details.retry_after_ms ?? null;
  }
}

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export interface Http {
  /**
   * @param path Below the console's own, such as `api/cache_stats`.
   * @throws Fault; an AbortError where the signal says so.
   */
  send(path: string, request?: HttpRequest): Promise<unknown>;
  readonly isAway: ReadonlySignal<boolean>;
  /** Counts how often the server came back: what depends on it loads again. */
  readonly returns: ReadonlySignal<number>;
}

const PROBE_MS = 2_000;

/** @param base URL of the console's first page. */
export function createHttp(base: string): Http {
  const isAway = signal(false);
  const returns = signal(0);

  async function send(path: string, request: HttpRequest = {}): Promise<unknown> {
    const { method = 'GET', body, headers, signal: abort } = request;
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(path, base), {
        method,
        headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
        cache: 'no-store',
        credentials: 'same-origin',
        ...(body && { body: JSON.stringify(body) }),
        ...(abort && { signal: abort }),
      });
      text = await response.text();
    } catch (error) {
      if (abort?.aborted) throw error;
      throw lost();
    }
    const document = parsed(text);
    if (response.ok) {
      found();
      return document;
    }
    const details = (document as { error?: FaultDetails } | null)?.error;
    // A gateway speaks for a server that does not: its page is no answer of ours.
    if (!details && response.status > 500) throw lost();
    found();
    throw new Fault(response.status, details ?? unknownFault(response.status));
  }

  function lost(): Fault {
    if (!isAway.value) {
      isAway.value = true;
      setTimeout(probe, PROBE_MS);
    }
    return new Fault(0, {
      code: 'UNREACHABLE',
      message: 'The server does not answer.',
      hint: 'It is asked again every two seconds; this page goes on by itself.',
    });
  }

  function found(): void {
    if (!isAway.value) return;
    isAway.value = false;
    returns.value += 1;
  }

  async function probe(): Promise<void> {
    // Whatever is told, it is told by the server.
    await send('session').catch(() => undefined);
    if (isAway.value) setTimeout(probe, PROBE_MS);
  }

  return { send, isAway: computed(() => isAway.value), returns: computed(() => returns.value) };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

const unknownFault = (status: number): FaultDetails => ({
  code: `HTTP_${status}`,
  message: `The server answered with status ${status} and no reason.`,
  hint: 'Its log says more.',
});
