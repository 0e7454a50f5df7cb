// Owns the ids that conversations go by. An id holds what was negotiated, signed: whichever replica a request comes to
// takes the conversation up from it, with nothing to look up, and so does a server that was started since.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

import { isJSONRPCRequest } from '@modelcontextprotocol/server';
import type { JSONRPCRequest } from '@modelcontextprotocol/server';

export interface ConversationIds {
  /** A new one, for this principal alone. */
  issue(principalName: string, initialize: JSONRPCRequest): string;
  /** What was negotiated; null where no key of ours has signed it for this principal, or it does not say. */
  read(id: string, principalName: string): JSONRPCRequest | null;
}

/** Half of what proxies let through as one header, and five times of what clients say. */
const MAX_CHARS = 4000;
const SHAPE = /^([\da-f-]{36})\.([\w-]+)\.([\w-]{22})$/;
/** 132 bits. */
const MAC_CHARS = 22;
const NAME_CHARS = 36;

/** By which replicas speak of a conversation; its id says more than they need. */
export const nameOf = (id: string): string => id.slice(0, NAME_CHARS);

export function createConversationIds(key: Buffer): ConversationIds {
  const sign = (text: string, principalName: string): string =>
    createHmac('sha256', key)
      .update(`${text}.${principalName}`)
      .digest('base64url')
      .slice(0, MAC_CHARS);

  return {
    issue(principalName, initialize) {
      const name = randomUUID();
      const said = Buffer.from(JSON.stringify(initialize)).toString('base64url');
      // Whoever says so much belongs to the replica that heard it, and introduces himself anew to others.
      if (said.length > MAX_CHARS) return name;
      const text = `${name}.${said}`;
      return `${text}.${sign(text, principalName)}`;
    },
    read(id, principalName) {
      const [, name, said, mac] = SHAPE.exec(id) ?? [];
      if (!name || !said || !mac) return null;
      const expected = Buffer.from(sign(`${name}.${said}`, principalName));
      if (!timingSafeEqual(expected, Buffer.from(mac))) return null;
      const initialize: unknown = JSON.parse(Buffer.from(said, 'base64url').toString('utf8'));
      return isJSONRPCRequest(initialize) ? initialize : null;
    },
  };
}
