// Owns which view of the data database a principal has: that of its role there. Around all of them it looks like one.
import { LRUCache } from 'lru-cache';

import type { SchemaCatalog } from './mcp/resources/schema.ts';
import type { SchemaSearch } from './mcp/tools/search-schema.ts';
import type { Principal, RequestContext } from './query/context.ts';
import type { Posture } from './posture.ts';
import type { View } from './view.ts';

export interface Views extends Pick<
  View,
  'pipeline' | 'explainer' | 'feedback' | 'transfer' | 'wholeResults'
> {
  of(principal: Pick<Principal, 'identity'>): View;
  readonly schema: SchemaSearch & SchemaCatalog;
  /** Of all roles that somebody is. */
  readonly posture: Pick<Posture, 'findings'>;
  close(): void;
}

/** Each holds what it knows of the schema: those not asked in for the longest begin anew. */
const MAX_VIEWS = 100;

/** @param create Of a role; null for the one that logs in. */
export function createViews(create: (role: string | null) => View): Views {
  const login = create(null);
  const views = new LRUCache<string, View>({
    max: MAX_VIEWS,
    dispose: ({ posture }) => posture.close(),
  });

  function of({ identity: { role } }: Pick<Principal, 'identity'>): View {
    if (role === null) return login;
    const known = views.get(role);
    if (known) return known;
    const view = create(role);
    views.set(role, view);
    return view;
  }

  const by = ({ principal }: RequestContext): View => of(principal);
  return {
    of,
    pipeline: {
      ask: (request, context) => by(context).pipeline.ask(request, context),
      query: (request, context) => by(context).pipeline.query(request, context),
      held: (request, principal) => of(principal).pipeline.held(request, principal),
      fetchRows: (cursor, context) => by(context).pipeline.fetchRows(cursor, context),
    },
    schema: {
      search: (request, context) => by(context).schema.search(request, context.signal),
      catalog: (context) => by(context).schema.upToDate(context.signal),
    },
    explainer: { explain: (sql, context) => by(context).explainer.explain(sql, context) },
    feedback: { report: (request, context) => by(context).feedback.report(request, context) },
    transfer: {
      page: (request, context) => by(context).transfer.page(request, context),
      warm: (request, context) => by(context).transfer.warm(request, context),
    },
    posture: {
      get findings() {
        const found = [...views].map(([role, { posture }]) =>
          posture.findings?.map((one) => ({ ...one, can: `${one.can} (as ${role})` })),
        );
        const all = [login.posture.findings, ...found];
        // Not known before all were looked at.
        return all.every((one) => one !== null && one !== undefined) ? all.flat() : null;
      },
    },
    close() {
      login.posture.close();
      views.clear();
    },
    wholeResults: {
      open: (answerId, principal) => of(principal).wholeResults.open(answerId, principal),
    },
  };
}
