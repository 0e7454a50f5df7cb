// Owns what operators are given: the admin's operations over the parts of the server, and a tool for each.
import { createAdmin } from './admin/admin.ts';
import type { AdminOptions } from './admin/admin.ts';
import { cacheDecideTool } from './mcp/tools/cache-decide.ts';
import { cacheExportTool } from './mcp/tools/cache-export.ts';
import { cacheForgetTool } from './mcp/tools/cache-forget.ts';
import { cacheInspectTool } from './mcp/tools/cache-inspect.ts';
import { cachePolicyTool } from './mcp/tools/cache-policy.ts';
import { cacheReviewTool } from './mcp/tools/cache-review.ts';
import { cacheSearchTool } from './mcp/tools/cache-search.ts';
import { cacheStatsTool } from './mcp/tools/cache-stats.ts';
import { cacheTuneTool } from './mcp/tools/cache-tune.ts';
import { cacheWarmTool } from './mcp/tools/cache-warm.ts';
import { serverStatusTool } from './mcp/tools/server-status.ts';
import type { Tool } from './mcp/tool.ts';
import type { Transfer } from './query/transfer.ts';

export interface AdminToolsOptions extends AdminOptions {
  readonly transfer: Transfer;
  readonly maxResponseBytes: number;
  readonly status: () => Promise<object>;
}

export function createAdminTools(options: AdminToolsOptions): Tool[] {
  const { transfer, maxResponseBytes, status } = options;
  const admin = createAdmin(options);
  return [
    cacheStatsTool(admin),
    cacheSearchTool(admin),
    cacheInspectTool(admin),
    cacheDecideTool(admin),
    cachePolicyTool(admin),
    cacheTuneTool(admin),
    cacheReviewTool(admin),
    cacheForgetTool(admin),
    cacheWarmTool(transfer, admin),
    cacheExportTool(transfer, admin, maxResponseBytes),
    serverStatusTool(status),
  ];
}
