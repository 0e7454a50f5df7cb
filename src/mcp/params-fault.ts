// Owns how a request is told that its parameters are wrong: the SDK's schemas throw what they found, and the SDK takes
// whatever is thrown without a code for a fault of the server.
import type { JSONRPCMessage, McpServer } from '@modelcontextprotocol/server';

interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const INTERNAL_ERROR = -32603;
const INVALID_PARAMS = -32602;
const MAX_ISSUES = 5;

/** Whatever it is connected to. */
export function tellParamsFaults(server: McpServer): McpServer {
  const connect = server.connect.bind(server);
  server.connect = (transport) => {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => send(withParamsFault(message), options);
    return connect(transport);
  };
  return server;
}

/** The same message, where it does not tell of parameters. */
function withParamsFault(message: JSONRPCMessage): JSONRPCMessage {
  if (!('error' in message) || message.error.code !== INTERNAL_ERROR) return message;
  const issues = issuesIn(message.error.message);
  if (issues.length === 0) return message;
  const told = issues.slice(0, MAX_ISSUES).map(({ path, message: what }) => {
    const place = path.join('.');
    return place === '' ? what : `${place}: ${what}`;
  });
  return {
    ...message,
    error: {
      code: INVALID_PARAMS,
      message: `Invalid parameters: ${told.join('; ')}`,
      data: { code: 'INPUT_INVALID' },
    },
  };
}

/** The schemas write what they found as the message of their error, in JSON; [] for any other message. */
function issuesIn(text: string): readonly Issue[] {
  if (!text.startsWith('[')) return [];
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) && found.every(isIssue) ? found : [];
  } catch {
    return [];
  }
}

function isIssue(value: unknown): value is Issue {
  const { path, message } = (value ?? {}) as Partial<Issue>;
  return Array.isArray(path) && typeof message === 'string';
}
