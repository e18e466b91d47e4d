import type { ProcessFacts } from '../../../api/machines/questions.ts';
import type { Program, ProgramContext, ProgramIo } from '../../program.ts';
import { factsHere } from '../asking.ts';

/** `kill` and `pkill`, of the cluster's own programs: what they do shows among the faults. */

/** What a signal comes to; TERM and KILL are one here: whoever keeps the program running starts it again. */
function actOf(signal: string): 'kill' | 'suspend' | 'resume' | 'nothing' | undefined {
  switch (signal.toUpperCase().replace(/^SIG/, '')) {
    case '9':
    case '15':
    case '2':
    case 'KILL':
    case 'TERM':
    case 'INT':
      return 'kill';
    case '19':
    case 'STOP':
      return 'suspend';
    case '18':
    case 'CONT':
      return 'resume';
    case '0':
      return 'nothing';
    default:
      return undefined;
  }
}

interface Signal {
  readonly act: 'kill' | 'suspend' | 'resume' | 'nothing';
  readonly targets: readonly string[];
}

/** A sentence where the signal is not known. */
function readSignal(args: readonly string[]): Signal | string {
  let signal = 'TERM';
  const targets: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-s') signal = args[++i] ?? '';
    else if (arg === '-f' || arg === '-x') continue;
    else if (arg.startsWith('-')) signal = arg.slice(1);
    else targets.push(arg);
  }
  const act = actOf(signal);
  return act === undefined ? `${signal}: invalid signal specification` : { act, targets };
}

async function send(
  { act }: Signal,
  process: ProcessFacts,
  io: ProgramIo,
  context: ProgramContext,
): Promise<number> {
  if (act === 'nothing') return 0;
  const { machine, machines } = context;
  const refusal = await machines?.({ kind: 'unit', machine, unit: process.program, act });
  if (refusal === undefined) return 0;
  io.err(`kill: (${process.pid}) - ${refusal}\n`);
  return 1;
}

export const kill: Program = async (args, io, context) => {
  const signal = readSignal(args);
  if (typeof signal === 'string') {
    io.err(`bash: kill: ${signal}\n`);
    return 1;
  }
  const { processes } = await factsHere(context);
  let status = 0;
  for (const target of signal.targets) {
    const process = processes.find(({ pid, state }) => String(pid) === target && state !== 'ended');
    if (process === undefined) {
      io.err(`bash: kill: (${target}) - No such process\n`);
      status = 1;
    } else status = Math.max(status, await send(signal, process, io, context));
  }
  return status;
};

export const pkill: Program = async (args, io, context) => {
  const signal = readSignal(args);
  if (typeof signal === 'string') {
    io.err(`pkill: ${signal}\n`);
    return 2;
  }
  const { processes } = await factsHere(context);
  const found = processes.filter(
    ({ program, state }) =>
      state !== 'ended' && signal.targets.some((name) => program.includes(name)),
  );
  for (const process of found) await send(signal, process, io, context);
  return found.length > 0 ? 0 : 1;
};

/** `pgrep [-l] NAME`, `pidof NAME`. */
export const pgrep: Program = async (args, io, context) => {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const { processes } = await factsHere(context);
  const found = processes.filter(
    ({ program, state }) => state !== 'ended' && names.some((name) => program.includes(name)),
  );
  const withNames = args.some((arg) => /^-\w*[la]/.test(arg));
  for (const { pid, program } of found) io.out(withNames ? `${pid} ${program}\n` : `${pid}\n`);
  return found.length > 0 ? 0 : 1;
};
