import type { ApiRequest } from '../../messages.ts';

/** Everything but the write itself is done. */
export function isDryRun({ query }: ApiRequest): boolean {
  return query['dryRun'] === 'All';
}
