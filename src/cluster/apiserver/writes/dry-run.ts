import type { ApiRequest } from '../../messages.ts';

/** As `isDryRun`, for creations, updates and patches, which say so in the query alone. */
export function isDryWrite({ query }: ApiRequest): boolean {
  return query['dryRun'] === 'All';
}

/** Everything but the write itself is done. Deletes may ask for it in the options of their body instead of the query. */
export function isDryRun({ query, method, path, body }: ApiRequest): boolean {
  if (query['dryRun'] === 'All') return true;
  if (method === 'DELETE') return asksForDryRun(body);
  return method === 'POST' && path.endsWith('/eviction')
    ? asksForDryRun((body as { deleteOptions?: unknown } | undefined)?.deleteOptions)
    : false;
}

function asksForDryRun(options: unknown): boolean {
  const { dryRun } = (options ?? {}) as { dryRun?: unknown };
  return Array.isArray(dryRun) && dryRun.includes('All');
}
