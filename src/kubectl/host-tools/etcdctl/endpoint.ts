import { goDuration, humanBytes } from '../amounts.ts';
import { boxTable } from '../box-table.ts';
import {
  ask,
  decimal,
  endpointsOf,
  fail,
  header,
  maintain,
  statusOf,
  type EtcdSession,
  type EtcdStatus,
} from './client.ts';

/** `etcdctl endpoint health|status|hashkv`. */
export async function endpoint(session: EtcdSession, words: readonly string[]): Promise<number> {
  const endpoints = await endpointsOf(session);
  if (typeof endpoints === 'string') return fail(session, endpoints);
  switch (words[0]) {
    case 'health':
      return health(session, endpoints);
    case 'status':
      return status(session, endpoints);
    case 'hashkv':
      return hashKv(session, endpoints);
    default:
      session.io.out(ENDPOINT_HELP);
      return words.length === 0 ? 0 : 1;
  }
}

const ENDPOINT_HELP = `NAME:
	endpoint - Endpoint related commands

USAGE:
	etcdctl endpoint <subcommand> [flags]

COMMANDS:
	hashkv	Prints the KV history hash for each endpoint in --endpoints
	health	Checks the healthiness of endpoints specified in \`--endpoints\` flag
	status	Prints out the status of endpoints specified in \`--endpoints\` flag
`;

interface Health {
  readonly endpoint: string;
  readonly isHealthy: boolean;
  readonly took: string;
  readonly error: string;
}

/** A linearizable read: it is answered when a majority agrees. All endpoints are asked at once. */
async function health(session: EtcdSession, endpoints: readonly string[]): Promise<number> {
  const rows = await Promise.all(
    endpoints.map(async (each): Promise<Health> => {
      const answer = await ask(session, each, { type: 'etcd/range', key: 'health' });
      const took = goDuration(answer.tookMicros);
      if (answer.ok) return { endpoint: each, isHealthy: true, took, error: '' };
      return { endpoint: each, isHealthy: false, took, error: answer.error };
    }),
  );
  const { io, format } = session;
  if (format === 'table') {
    const lines = rows.map((row) => [row.endpoint, String(row.isHealthy), row.took, row.error]);
    io.out(boxTable(['endpoint', 'health', 'took', 'error'], lines));
  } else if (format === 'json') {
    const list = rows.map((row) => ({
      endpoint: row.endpoint,
      health: row.isHealthy,
      took: row.took,
      ...(row.error === '' ? undefined : { error: row.error }),
    }));
    io.out(`${JSON.stringify(list)}\n`);
  } else {
    for (const row of rows) {
      if (row.isHealthy)
        io.out(`${row.endpoint} is healthy: successfully committed proposal: took = ${row.took}\n`);
      else io.err(`${row.endpoint} is unhealthy: failed to commit proposal: ${row.error}\n`);
    }
  }
  return rows.every(({ isHealthy }) => isHealthy) ? 0 : fail(session, 'unhealthy cluster');
}

/** The storage format of 3.6. */
const STORAGE_VERSION = '3.6.0';
/** etcd's own limit, which it reports as none set. */
const DEFAULT_QUOTA = 2 ** 31;

const STATUS_HEADER = [
  'endpoint',
  'ID',
  'version',
  'storage version',
  'db size',
  'in use',
  'percentage not in use',
  'quota',
  'is leader',
  'is learner',
  'raft term',
  'raft index',
  'raft applied index',
  'errors',
  'downgrade target version',
  'downgrade enabled',
];

async function status(session: EtcdSession, endpoints: readonly string[]): Promise<number> {
  const { io, format } = session;
  const found: { readonly endpoint: string; readonly status: EtcdStatus }[] = [];
  let failed = false;
  for (const each of endpoints) {
    const answer = await statusOf(session, each);
    if (answer.ok) found.push({ endpoint: each, status: answer.value });
    else {
      failed = true;
      io.err(`Failed to get the status of endpoint ${each} (${answer.error})\n`);
    }
  }
  const rows = found.map((each) => statusRow(each.endpoint, each.status));
  if (format === 'table') io.out(boxTable(STATUS_HEADER, rows));
  else if (format === 'json') {
    const items: string[] = [];
    for (const each of found) {
      const range = await ask(session, each.endpoint, {
        type: 'etcd/range',
        key: 'health',
        serializable: true,
      });
      const revision = range.ok ? Number(range.value['revision']) : undefined;
      items.push(statusJson(each.endpoint, each.status, revision));
    }
    io.out(`[${items.join(',')}]\n`);
  } else if (format === 'fields') {
    for (const each of found) io.out(statusFields(each.endpoint, each.status));
  } else for (const row of rows) io.out(`${row.join(', ')}\n`);
  return failed ? 1 : 0;
}

function quotaOf({ dbSizeQuota }: EtcdStatus): number {
  return dbSizeQuota === DEFAULT_QUOTA ? 0 : dbSizeQuota;
}

function statusRow(at: string, each: EtcdStatus): readonly string[] {
  const unused = each.dbSize === 0 ? 0 : 100 - Math.floor((each.dbSizeInUse * 100) / each.dbSize);
  return [
    at,
    each.memberId,
    each.version,
    STORAGE_VERSION,
    humanBytes(each.dbSize),
    humanBytes(each.dbSizeInUse),
    `${unused}%`,
    humanBytes(quotaOf(each)),
    String(each.leader === each.memberId),
    String(each.isLearner),
    String(each.raftTerm),
    String(each.raftIndex),
    String(each.raftAppliedIndex),
    each.errors.join(', '),
    '',
    'false',
  ];
}

function statusJson(at: string, each: EtcdStatus, revision: number | undefined): string {
  const fields = [
    `"header":${header(each, revision)}`,
    `"version":${JSON.stringify(each.version)}`,
    `"dbSize":${each.dbSize}`,
    `"leader":${decimal(each.leader)}`,
    `"raftIndex":${each.raftIndex}`,
    `"raftTerm":${each.raftTerm}`,
    `"raftAppliedIndex":${each.raftAppliedIndex}`,
    ...(each.errors.length > 0 ? [`"errors":${JSON.stringify(each.errors)}`] : []),
    `"dbSizeInUse":${each.dbSizeInUse}`,
    ...(each.isLearner ? ['"isLearner":true'] : []),
    `"storageVersion":"${STORAGE_VERSION}"`,
    ...(quotaOf(each) > 0 ? [`"dbSizeQuota":${quotaOf(each)}`] : []),
    '"downgradeInfo":{}',
  ];
  return `{"Endpoint":${JSON.stringify(at)},"Status":{${fields.join(',')}}}`;
}

function statusFields(at: string, each: EtcdStatus): string {
  const lines: readonly (readonly [string, string])[] = [
    ['ClusterID', decimal(each.clusterId)],
    ['MemberID', decimal(each.memberId)],
    ['RaftTerm', String(each.raftTerm)],
    ['Version', JSON.stringify(each.version)],
    ['StorageVersion', JSON.stringify(STORAGE_VERSION)],
    ['DBSize', String(each.dbSize)],
    ['DBSizeInUse', String(each.dbSizeInUse)],
    ['Leader', decimal(each.leader)],
    ['IsLearner', String(each.isLearner)],
    ['RaftIndex', String(each.raftIndex)],
    ['RaftTerm', String(each.raftTerm)],
    ['RaftAppliedIndex', String(each.raftAppliedIndex)],
    ['Errors', `[${each.errors.map((error) => JSON.stringify(error)).join(' ')}]`],
    ['Endpoint', JSON.stringify(at)],
  ];
  return `${lines.map(([name, value]) => `"${name}" : ${value}\n`).join('')}\n`;
}

interface HashResult {
  readonly hash: string;
  readonly revision: number;
}

async function hashKv(session: EtcdSession, endpoints: readonly string[]): Promise<number> {
  const { io, format, line } = session;
  const asked = Number(line.value('rev') ?? 0);
  const rows: (readonly string[])[] = [];
  let error: string | undefined;
  for (const each of endpoints) {
    const answer = await maintain<HashResult>(session, each, {
      kind: 'hash-kv',
      ...(asked > 0 ? { revision: asked } : undefined),
    });
    if (answer.ok) {
      const hash = Number.parseInt(answer.value.hash.slice(0, 8), 16);
      rows.push([each, String(hash), String(answer.value.revision)]);
    } else {
      error = answer.error;
      io.err(`Failed to get the hash of endpoint ${each} (${answer.error})\n`);
    }
  }
  if (format === 'table') io.out(boxTable(['endpoint', 'hash', 'hash revision'], rows));
  else for (const row of rows) io.out(`${row.join(', ')}\n`);
  return error === undefined ? 0 : fail(session, error);
}
