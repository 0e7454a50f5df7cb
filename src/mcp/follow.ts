// Owns telling a caller how its call goes while it waits: progress, where it gave a token for it, and log
// messages, where its conversation set a level. Either makes the answer a stream of events: progress is told
// only of calls that take their time, log messages whenever they are wanted.
import { LOG_LEVEL_META_KEY } from '@modelcontextprotocol/server';
import type { LoggingLevel, ServerContext } from '@modelcontextprotocol/server';

/** What one conversation wants to be told. */
export interface ClientLog {
  level: LoggingLevel | undefined;
}

export interface FollowedCall {
  /** What happens from now on, for people to read. */
  readonly atStage: (stage: string) => void;
  /** The answer follows: nothing may be told any more. */
  readonly end: () => void;
}

const EVERY_MS = 1000;
/** As in RFC 5424, from the least to the most severe. */
const LEVELS: readonly LoggingLevel[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];
const STAGE_LEVEL = LEVELS.indexOf('info');

export function followCall({ mcpReq, http }: ServerContext, tool: string): FollowedCall {
  const started = performance.now();
  const progressToken = mcpReq._meta?.progressToken;
  const log = http?.authInfo?.extra?.['log'] as ClientLog | undefined;
  const said = mcpReq.envelope as Readonly<Record<string, unknown>> | undefined;
  const level = (said?.[LOG_LEVEL_META_KEY] as LoggingLevel | undefined) ?? log?.level;
  const isLogged = level !== undefined && LEVELS.indexOf(level) <= STAGE_LEVEL;
  const seconds = (): number => Math.round((performance.now() - started) / 100) / 10;
  let stage = 'looking it up';
  let isOver = false;
  const tell = (notification: Parameters<typeof mcpReq.notify>[0]): void =>
    void mcpReq.notify(notification).catch(() => undefined);
  const tick = (): void => {
    const progress = seconds();
    const message = `${stage} (${progress} s)`;
    tell({
      method: 'notifications/progress',
      params: { progressToken: progressToken!, progress, message },
    });
  };
  const timer = progressToken === undefined ? undefined : setInterval(tick, EVERY_MS).unref();
  return {
    atStage(next) {
      stage = next;
      if (!isLogged || isOver) return;
      const data = { tool, stage, seconds: seconds() };
      tell({ method: 'notifications/message', params: { level: 'info', logger: 'askonce', data } });
    },
    end() {
      isOver = true;
      clearInterval(timer);
    },
  };
}

/** Of the conversation that the request belongs to; the stateless revision says it with each request. */
export function setLevel({ http }: ServerContext, level: LoggingLevel): void {
  const log = http?.authInfo?.extra?.['log'] as ClientLog | undefined;
  if (log) log.level = level;
}
