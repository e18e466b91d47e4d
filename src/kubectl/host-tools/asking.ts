import type {
  ConnectionAnswer,
  MachineAnswers,
  MachineFacts,
  MachineQuestion,
  ProcessAnswer,
} from '../../api/machines/questions.ts';
import type { ProgramContext, ProgramIo } from '../program.ts';

/** How a tool asks the machines: with a patience of its own, on the cluster's clock. */

/** What was asked has not been answered in time. */
export const OVERDUE = Symbol('overdue');

/** Asks, and waits no longer than `millis` of the cluster's time; rejects when the program is interrupted. */
export async function askWithin<Question extends MachineQuestion>(
  context: ProgramContext,
  io: Pick<ProgramIo, 'signal'>,
  question: Question,
  millis: number,
): Promise<MachineAnswers[Question['kind']] | typeof OVERDUE> {
  const { machines } = context;
  if (machines === undefined) return OVERDUE;
  const stop = new AbortController();
  const forward = (): void => stop.abort();
  io.signal.addEventListener('abort', forward, { once: true });
  const overdue = context.sleep(millis, stop.signal).then(
    () => OVERDUE,
    (error: unknown) => {
      // Ours ends the waiting when the answer is there; the person's ends the program.
      if (io.signal.aborted) throw error;
      return OVERDUE;
    },
  ) as Promise<typeof OVERDUE>;
  try {
    return await Promise.race([machines(question), overdue]);
  } finally {
    io.signal.removeEventListener('abort', forward);
    stop.abort();
  }
}

/** Asks a process of some machine; one that is silent is waited for as one that hangs. */
export async function askProcess(
  context: ProgramContext,
  io: Pick<ProgramIo, 'signal'>,
  asked: { readonly process: string; readonly message: { readonly type: string } },
  millis: number,
): Promise<Exclude<ProcessAnswer, { kind: 'silent' }> | typeof OVERDUE> {
  const question = { kind: 'process', from: context.machine, ...asked } as const;
  const answer = await askWithin(context, io, question, millis);
  if (answer === OVERDUE || answer.kind !== 'silent') return answer;
  await context.sleep(millis, io.signal);
  return OVERDUE;
}

/** Opens a connection; what is lost is waited for. */
export async function askConnection(
  context: ProgramContext,
  io: Pick<ProgramIo, 'signal'>,
  question: Extract<MachineQuestion, { kind: 'http' | 'open' | 'echo' | 'dns' }>,
  millis: number,
): Promise<Exclude<ConnectionAnswer, { kind: 'silent' }> | typeof OVERDUE> {
  const answer = (await askWithin(context, io, question, millis)) as
    | ConnectionAnswer
    | typeof OVERDUE;
  if (answer === OVERDUE || answer.kind !== 'silent') return answer;
  await context.sleep(millis, io.signal);
  return OVERDUE;
}

/** What can be read on the program's own machine. Rejects where there are no machines to ask. */
export async function factsHere(context: ProgramContext): Promise<MachineFacts> {
  const facts = await context.machines?.({ kind: 'facts', machine: context.machine });
  if (facts === undefined) throw new TypeError(`nothing is known about ${context.machine}`);
  return facts;
}

/** The address of a name in `/etc/hosts`, of `localhost`, or of an address itself; undefined: the name is not known. */
export function addressIn(facts: Pick<MachineFacts, 'lan'>, host: string): string | undefined {
  if (host === 'localhost' || host === 'ip6-localhost') return '127.0.0.1';
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || host.includes(':')) return host;
  return facts.lan.find(({ name }) => name === host)?.address;
}

/** The address of a host, by `/etc/hosts` and then by the machine's name server. */
export async function resolveHost(
  context: ProgramContext,
  io: Pick<ProgramIo, 'signal'>,
  host: string,
): Promise<string | undefined> {
  const facts = await factsHere(context);
  const known = addressIn(facts, host);
  if (known !== undefined) return known;
  const question = {
    kind: 'dns',
    from: context.machine,
    server: undefined,
    name: host.replace(/\.$/, ''),
    recordType: 'A',
  } as const;
  const answer = await askConnection(context, io, question, 5000);
  if (answer === OVERDUE || answer.kind !== 'dns') return undefined;
  return answer.records.find(({ type }) => type === 'A')?.data;
}

/** Why there are no machines to ask, if that is what an error says: a cluster that the page only looks at. */
export function noMachines(error: unknown): string | undefined {
  return error instanceof Error && error.name === 'NoMachines' ? error.message : undefined;
}
