import type {
  ConnectionAnswer,
  MachineQuestion,
  ProcessAnswer,
} from '../../api/machines/questions.ts';
import { groupsOf } from '../../cluster/apiserver/authorization/attributes.ts';
import { readToken } from '../../cluster/apiserver/reviews/token.ts';
import type { WireMessage } from '../../cluster/messages.ts';
import { askOutside, OUTSIDE_RESOLVER } from '../../cluster/network/names.ts';
import type { NetOutcome, NetPayload } from '../../cluster/network/packets.ts';
import { addressOfMachine, machineAt, processState } from '../../cluster/observe.ts';
import { processNames } from '../../cluster/set-up.ts';
import { GATEWAY_MACHINE } from '../../cluster/world.ts';
import type { KernelMessage } from '../../kernel/agenda.ts';
import type { World } from '../../kernel/world.ts';
import type { Session } from '../session.ts';
import { COMPONENT_PORTS, type ComponentPort } from './ports.ts';
import { reachOf, reachThrough } from './reach.ts';

/** Connections that programs of a machine open: to the cluster's own programs as such, to everything else as packets. */

type Question<Kind extends MachineQuestion['kind']> = Extract<MachineQuestion, { kind: Kind }>;
type Answer<T> = (answer: T) => void;

const REFUSED = { kind: 'refused' } as const;
const SILENT = { kind: 'silent' } as const;

/** Asks a process in its own protocol. What is lost on the way, or stands still, is never answered. */
export function askProcess(
  session: Session,
  { from, process, message }: Question<'process'>,
  onAnswer: Answer<ProcessAnswer>,
): void {
  const record = session.world.processes.get(process);
  if (record === undefined) return onAnswer({ kind: 'no-such-process' });
  if (reachThrough(session.world, from, record.machine) !== 'open') return onAnswer(SILENT);
  if (record.memory === undefined) return onAnswer(REFUSED);
  const { world } = session;
  const since = world.now;
  session.ask(process, message as KernelMessage, (answer) => {
    if (answer === undefined) onAnswer(REFUSED);
    else onAnswer({ kind: 'answered', message: answer, tookMicros: world.now - since });
  });
}

/** An HTTP request. */
export function askHttp(
  session: Session,
  question: Question<'http'>,
  onAnswer: Answer<ConnectionAnswer>,
): void {
  const { world } = session;
  const { from, port } = question;
  const ip = ownAddress(world, from, question.ip);
  const machine = machineAt(world, ip);
  const component = COMPONENT_PORTS[port];
  if (machine === undefined || component === undefined) {
    const { method, path, host } = question;
    const payload = { kind: 'http', method, path, host } as const;
    connect(session, { from, ip, port, protocol: 'TCP', payload }, onAnswer);
    return;
  }
  if (component.isLocal && !(machine === from && isLoopback(question.ip))) {
    onAnswer(reachThrough(world, from, machine) === 'open' ? REFUSED : SILENT);
    return;
  }
  askComponent(session, question, { component, machine }, onAnswer);
}

function askComponent(
  session: Session,
  question: Question<'http'>,
  { component, machine }: { readonly component: ComponentPort; readonly machine: string },
  onAnswer: Answer<ConnectionAnswer>,
): void {
  const { world } = session;
  const { from, path, method } = question;
  const process = component.process(machine);
  if (!world.processes.has(process)) {
    onAnswer(reachThrough(world, from, machine) === 'open' ? REFUSED : SILENT);
    return;
  }
  const tell = (answer: ProcessAnswer): void => onAnswer(httpOf(answer));
  switch (component.speaks) {
    case 'api': {
      const [target = '/', search = ''] = path.split('?');
      const message = {
        type: 'api/request',
        method,
        path: target,
        query: Object.fromEntries(new URLSearchParams(search)),
        ...identityOf(question),
        userAgent: 'curl/8.14.1',
        ...(question.body === undefined ? undefined : { body: question.body }),
        ...(question.contentType === undefined ? undefined : { contentType: question.contentType }),
      };
      askProcess(session, { kind: 'process', from, process, message }, tell);
      return;
    }
    case 'health': {
      const { user, token } = question;
      const message = {
        type: 'health/check',
        path,
        ...(user === undefined ? undefined : { user: { name: user, groups: groupsOf(user) } }),
        ...(token === undefined ? undefined : { token }),
      };
      askProcess(session, { kind: 'process', from, process, message }, tell);
      return;
    }
    case 'alive':
    case 'closed': {
      const reach = reachThrough(world, from, machine);
      const { memory, strain } = world.processes.get(process) ?? {};
      if (reach !== 'open' || (memory !== undefined && strain?.suspended === true))
        onAnswer(SILENT);
      else if (memory === undefined) onAnswer(REFUSED);
      else if (component.speaks === 'closed')
        onAnswer({ kind: 'open', status: 401, body: 'Unauthorized' });
      else if (path.startsWith('/healthz')) onAnswer({ kind: 'open', status: 200, body: 'ok' });
      else onAnswer({ kind: 'open', status: 404, body: '404 page not found\n' });
    }
  }
}

/** Whom the API server is told that it speaks to: the account of a token, which it looks at, or a certificate's user. */
function identityOf({ user, token }: Question<'http'>): {
  readonly user: string;
  readonly token?: string;
} {
  if (token === undefined) return { user: user ?? 'system:anonymous' };
  const claims = readToken(token);
  if (claims === undefined) return { user: 'system:anonymous', token };
  return { user: `system:serviceaccount:${claims.namespace}:${claims.account}`, token };
}

function httpOf(answer: ProcessAnswer): ConnectionAnswer {
  if (answer.kind !== 'answered') return answer.kind === 'silent' ? SILENT : REFUSED;
  const message = answer.message as WireMessage; // Processes answer on the wire.
  switch (message.type) {
    case 'api/response': {
      const text = typeof message.body === 'string';
      const body = text ? message.body : `${JSON.stringify(message.body, null, 2)}\n`;
      const contentType = message.contentType ?? (text ? 'text/plain' : 'application/json');
      // A handshake that failed has no status.
      return { kind: 'open', status: message.code, body: String(body), contentType };
    }
    case 'health/answer':
      return { kind: 'open', status: message.code, body: message.body };
    default:
      return { kind: 'open', status: undefined, body: '' };
  }
}

/** Opens a connection and says nothing. */
export function openPort(
  session: Session,
  question: Question<'open'>,
  onAnswer: Answer<ConnectionAnswer>,
): void {
  const { world } = session;
  const { from, port, protocol } = question;
  const ip = ownAddress(world, from, question.ip);
  const machine = machineAt(world, ip);
  const component = COMPONENT_PORTS[port];
  if (machine !== undefined && component !== undefined) {
    const isOpen =
      processState(world, component.process(machine)) === 'up' &&
      (!component.isLocal || (machine === from && isLoopback(question.ip)));
    if (reachThrough(world, from, machine) !== 'open') onAnswer(SILENT);
    else onAnswer(isOpen ? { kind: 'open', status: undefined, body: '' } : REFUSED);
    return;
  }
  connect(session, { from, ip, port, protocol, payload: { kind: 'open' } }, onAnswer);
}

/** An echo request: machines answer by themselves, Pods by the node they are on. */
export function ping(
  session: Session,
  { from, ip }: Question<'echo'>,
  onAnswer: Answer<ConnectionAnswer>,
): void {
  const { world } = session;
  const address = ownAddress(world, from, ip);
  const machine = machineAt(world, address);
  if (machine !== undefined) {
    const reach = reachThrough(world, from, machine);
    onAnswer(reach === 'open' ? { kind: 'open', status: undefined, body: '' } : SILENT);
    return;
  }
  connect(
    session,
    { from, ip: address, port: 0, protocol: 'TCP', payload: { kind: 'echo' } },
    onAnswer,
  );
}

/** A name: what the machine's own resolver says, or the name server that was asked. */
export function askName(
  session: Session,
  { from, server, name, recordType }: Question<'dns'>,
  onAnswer: Answer<ConnectionAnswer>,
): void {
  if (server === undefined || server === OUTSIDE_RESOLVER) {
    const { code, records } = askOutside(name, recordType);
    onAnswer({ kind: 'dns', code, records, server: OUTSIDE_RESOLVER });
    return;
  }
  connect(
    session,
    { from, ip: server, port: 53, protocol: 'UDP', payload: { kind: 'dns', name, recordType } },
    onAnswer,
  );
}

interface Connection {
  readonly from: string;
  readonly ip: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly payload: NetPayload;
}

/** As packets: through the rules of the node where it begins, or of the machine that the laptop speaks to. */
function connect(
  session: Session,
  { from, ...target }: Connection,
  onAnswer: Answer<ConnectionAnswer>,
): void {
  const { world } = session;
  const tell = (outcome: NetOutcome): void => onAnswer(outcomeOf(outcome, target.ip));
  if (from === GATEWAY_MACHINE) {
    const machine = machineAt(world, target.ip);
    // Pods and Services have addresses that nobody outside the cluster's machines routes.
    if (machine === undefined || reachOf(world, from, machine) !== 'open') return onAnswer(SILENT);
    session.connect(target, tell);
    return;
  }
  const runtime = processNames.containerd(from);
  if (reachOf(world, GATEWAY_MACHINE, from) !== 'open' || !world.processes.has(runtime))
    return onAnswer(SILENT);
  if (!session.connect(target, tell, from)) onAnswer(SILENT);
}

function outcomeOf(outcome: NetOutcome, server: string): ConnectionAnswer {
  switch (outcome.kind) {
    case 'dns':
      return {
        kind: 'dns',
        code: outcome.reply.code,
        records: outcome.reply.records,
        server,
      };
    case 'open':
      return { kind: 'open', status: outcome.status, body: outcome.body };
    default:
      return outcome;
  }
}

function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1';
}

/** `127.0.0.1` of a machine is the machine. */
function ownAddress(world: World, from: string, ip: string): string {
  return isLoopback(ip) ? (addressOfMachine(world, from) ?? ip) : ip;
}
