import { boxTable } from '../box-table.ts';
import {
  decimal,
  fail,
  firstOf,
  headerOf,
  maintain,
  memberList,
  statusOf,
  type EtcdMember,
  type EtcdSession,
} from './client.ts';

interface Members {
  readonly members: readonly EtcdMember[];
  readonly added?: string;
}

/** `etcdctl member add|list|promote|remove|update`. */
export async function member(session: EtcdSession, words: readonly string[]): Promise<number> {
  const [verb, ...rest] = words;
  switch (verb) {
    case 'list':
      return list(session);
    case 'add':
      return addMember(session, rest);
    case 'remove':
    case 'promote':
    case 'update':
      return change(session, verb, rest);
    default:
      session.io.out(MEMBER_HELP);
      return verb === undefined ? 0 : 1;
  }
}

const MEMBER_HELP = `NAME:
	member - Membership related commands

USAGE:
	etcdctl member <subcommand> [flags]

COMMANDS:
	add	Adds a member into the cluster
	list	Lists all members in the cluster
	promote	Promotes a non-voting member in the cluster
	remove	Removes a member from the cluster
	update	Updates a member in the cluster
`;

const LIST_HEADER = ['ID', 'Status', 'Name', 'Peer Addrs', 'Client Addrs', 'Is Learner'];

async function list(session: EtcdSession): Promise<number> {
  const { io, format } = session;
  const answer = await memberList(session);
  if (!answer.ok) return fail(session, answer.error);
  const { members } = answer.value;
  const rows = members.map((each) => [
    each.id,
    each.name === '' ? 'unstarted' : 'started',
    each.name,
    each.peerUrl,
    each.clientUrl,
    String(each.isLearner),
  ]);
  if (format === 'table') io.out(boxTable(LIST_HEADER, rows));
  else if (format === 'json') {
    const items = members.map(memberJson);
    io.out(`{"header":${await headerOf(session)},"members":[${items.join(',')}]}\n`);
  } else if (format === 'fields') {
    for (const each of members) io.out(memberFields(each));
  } else for (const row of rows) io.out(`${row.join(', ')}\n`);
  return 0;
}

function memberJson({ id, name, peerUrl, clientUrl, isLearner }: EtcdMember): string {
  const fields = [
    `"ID":${decimal(id)}`,
    ...(name === '' ? [] : [`"name":${JSON.stringify(name)}`]),
    `"peerURLs":[${JSON.stringify(peerUrl)}]`,
    ...(clientUrl === '' ? [] : [`"clientURLs":[${JSON.stringify(clientUrl)}]`]),
    ...(isLearner ? ['"isLearner":true'] : []),
  ];
  return `{${fields.join(',')}}`;
}

function memberFields({ id, name, peerUrl, clientUrl, isLearner }: EtcdMember): string {
  return `"ID" : ${decimal(id)}\n"Name" : ${JSON.stringify(name)}\n"PeerURL" : ${JSON.stringify(peerUrl)}\n"ClientURL" : ${JSON.stringify(clientUrl)}\n"IsLearner" : ${isLearner}\n\n`;
}

async function clusterId(session: EtcdSession): Promise<string> {
  const status = await firstOf(session, (endpoint) => statusOf(session, endpoint));
  return status.ok ? status.value.clusterId : '';
}

async function addMember(session: EtcdSession, words: readonly string[]): Promise<number> {
  const { io, line } = session;
  const [name] = words;
  if (name === undefined) return fail(session, 'member name not provided', 128);
  const peerUrl = line.value('peer-urls');
  if (peerUrl === undefined) return fail(session, 'member peer urls not provided', 128);
  const answer = await firstOf(session, (endpoint) =>
    maintain<Members>(session, endpoint, {
      kind: 'member-add',
      peerUrl,
      ...(line.has('learner') ? { isLearner: true } : undefined),
    }),
  );
  if (!answer.ok) return fail(session, answer.error);
  const added = answer.value.members.find(
    (each) => each.id === answer.value.added || each.peerUrl === peerUrl,
  );
  io.out(`Member ${added?.id ?? ''} added to cluster ${await clusterId(session)}\n\n`);
  const cluster = answer.value.members.map(
    (each) => `${each.name === '' ? name : each.name}=${each.peerUrl}`,
  );
  io.out(`ETCD_NAME="${name}"\n`);
  io.out(`ETCD_INITIAL_CLUSTER="${cluster.join(',')}"\n`);
  io.out(`ETCD_INITIAL_ADVERTISE_PEER_URLS="${peerUrl}"\n`);
  io.out('ETCD_INITIAL_CLUSTER_STATE="existing"\n');
  return 0;
}

async function change(
  session: EtcdSession,
  verb: 'remove' | 'promote' | 'update',
  [id, ...rest]: readonly string[],
): Promise<number> {
  const { io, line } = session;
  if (id === undefined || rest.length > 0) return fail(session, 'member ID is not provided', 128);
  if (!/^[0-9a-f]{1,16}$/.test(id))
    return fail(
      session,
      `bad member ID arg (strconv.ParseUint: parsing "${id}": invalid syntax), expecting ID in Hex`,
      128,
    );
  const member = id.padStart(16, '0');
  const peerUrl = line.value('peer-urls');
  if (verb === 'update' && peerUrl === undefined)
    return fail(session, 'member peer urls not provided', 128);
  const answer = await firstOf(session, (endpoint) =>
    maintain<Members>(session, endpoint, {
      kind: `member-${verb}`,
      member,
      ...(verb === 'update' ? { peerUrl } : undefined),
    }),
  );
  if (!answer.ok) return fail(session, answer.error);
  const words = { remove: 'removed from', promote: 'promoted in', update: 'updated in' }[verb];
  io.out(`Member ${member} ${words} cluster ${await clusterId(session)}\n`);
  return 0;
}

/** `etcdctl move-leader`: asks the leader, which is among the endpoints or refuses. */
export async function moveLeader(
  session: EtcdSession,
  [target]: readonly string[],
): Promise<number> {
  if (target === undefined) return fail(session, 'move-leader command needs 1 argument', 128);
  for (const endpoint of session.endpoints) {
    const status = await statusOf(session, endpoint);
    if (!status.ok || status.value.leader !== status.value.memberId) continue;
    const answer = await maintain(session, endpoint, { kind: 'move-leader', target });
    if (!answer.ok) return fail(session, answer.error);
    session.io.out(`Leadership transferred from ${status.value.memberId} to ${target}\n`);
    return 0;
  }
  return fail(session, `no leader endpoint given at [${session.endpoints.join(' ')}]`, 128);
}
