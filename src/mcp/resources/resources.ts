// Owns what can be read as a resource: results and the schema. Whatever is told of the database stands in the audit
// log, as a tool's answer does.
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { ListResourcesResult, ReadResourceResult } from '@modelcontextprotocol/server';

import type { Audit, AuditEntry } from '../../audit.ts';
import type { RequestContext } from '../../query/context.ts';
import type { WholeResults } from '../../query/whole-result.ts';
import { NO_COMPLETION } from '../completion.ts';
import type { Argument, Complete, Completion } from '../completion.ts';
import { protocolError } from '../protocol-fault.ts';
import { toAppError } from '../result.ts';
import { logFault } from '../run-tool.ts';
import type { JsonResource } from './json-resource.ts';
import { RESULT_TEMPLATE, readResultResource } from './result.ts';
import { answerIdOf } from './result-uri.ts';
import { TABLE_TEMPLATE, createSchemaResources } from './schema.ts';
import type { SchemaCatalog } from './schema.ts';

export interface Resources {
  list(cursor: string | undefined, context: RequestContext): Promise<ListResourcesResult>;
  read(uri: string, context: RequestContext): Promise<ReadResourceResult>;
  /** Of a template, by its URI. */
  complete(template: string, argument: Argument, context: RequestContext): Promise<Completion>;
  /** Names of tables that begin so. */
  readonly completeTable: Complete;
}

export interface ResourcesDeps {
  readonly results: WholeResults;
  readonly schema: SchemaCatalog;
  readonly audit: Audit;
}

export const RESOURCE_TEMPLATES = { resourceTemplates: [RESULT_TEMPLATE, TABLE_TEMPLATE] };

/** All of it fails by a ProtocolError alone. */
export function createResources({ results, schema: catalog, audit }: ResourcesDeps): Resources {
  const schema = createSchemaResources(catalog);

  /** @param about What more the log is told, from what came of it. */
  async function audited<Found>(
    context: RequestContext,
    work: () => Promise<Found>,
    about: (found: Found | null) => Partial<AuditEntry> = () => ({}),
  ): Promise<Found> {
    const { requestId, principal, logger } = context;
    const record = (outcome: string, found: Found | null): void =>
      audit.record({ what: 'resource', requestId, principal, outcome, ...about(found) });
    try {
      const found = await work();
      record('ok', found);
      return found;
    } catch (error) {
      if (error instanceof ProtocolError) {
        record('NOT_FOUND', null);
        throw error;
      }
      const fault = toAppError(error, requestId);
      record(fault.code, null);
      logFault(logger, 'resources', fault);
      throw protocolError(fault);
    }
  }

  const completeTable: Complete = (begun, context) =>
    audited(context, () => schema.complete(begun, context));

  return {
    list: (cursor, context) => audited(context, () => schema.list(cursor, context)),
    read: (uri, context) => {
      const answerId = answerIdOf(uri);
      const read = (): Promise<JsonResource> =>
        answerId === null ? schema.read(uri, context) : readResultResource(results, uri, context);
      return audited(context, read, (found) => ({
        answerId,
        bytes: found && Buffer.byteLength(found.contents[0].text),
      }));
    },
    async complete(template, { name, value }, context) {
      if (template === TABLE_TEMPLATE.uriTemplate && name === 'table') {
        return await completeTable(value, context);
      }
      const templates = RESOURCE_TEMPLATES.resourceTemplates.map(({ uriTemplate }) => uriTemplate);
      if (templates.includes(template) && template.includes(`{${name}}`)) return NO_COMPLETION;
      const what = `There is no such argument of a template. Templates: ${templates.join(', ')}.`;
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, what);
    },
    completeTable,
  };
}
