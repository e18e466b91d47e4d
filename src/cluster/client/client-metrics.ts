import { compareStrings } from '../../base/compare.ts';
import type { AnswerCount, ApiClient } from './api-client.ts';
import type { LeaderElection } from './leader-election.ts';
import { family, sample, type MetricsPage } from './metrics-page.ts';

/** What every component says of its requests, under client-go's names. `host` is the address that it speaks to. */
export function requestMetrics(
  page: MetricsPage,
  clients: readonly Pick<ApiClient<never>, 'answered'>[],
  host: string,
): void {
  const name = 'rest_client_requests_total';
  family(
    page,
    name,
    'counter',
    '[ALPHA] Number of HTTP requests, partitioned by status code, method, and host.',
  );
  const totals = new Map<string, AnswerCount>();
  for (const { answered = [] } of clients) {
    for (const { method, code, count } of answered) {
      const key = `${code} ${method}`;
      totals.set(key, { method, code, count: (totals.get(key)?.count ?? 0) + count });
    }
  }
  for (const [, { method, code, count }] of [...totals].toSorted(([a], [b]) =>
    compareStrings(a, b),
  )) {
    // No answer has no code.
    sample(page, name, { code: code === 0 ? '<error>' : String(code), host, method }, count);
  }
}

/** Whether a component leads. */
export function leaderMetrics(page: MetricsPage, { leaseName, leading }: LeaderElection): void {
  const name = 'leader_election_master_status';
  family(
    page,
    name,
    'gauge',
    "[ALPHA] Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
  );
  sample(page, name, { name: leaseName }, leading ? 1 : 0);
}
