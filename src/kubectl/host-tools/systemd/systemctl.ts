import type { MachineFacts } from '../../../api/machines/questions.ts';
import type { Program, ProgramContext, ProgramIo } from '../../program.ts';
import { formatDate } from '../../tools/date-format.ts';
import { factsHere } from '../asking.ts';
import { readGoLine } from '../go-flags.ts';
import { journalLines } from './journalctl.ts';
import { activeState, subState, unitNamed, unitsOf, type Unit } from './units.ts';

/** `systemctl`: the units of the machine. What it stops shows among the faults, and can be mended there too. */

const FLAGS = {
  valued: ['lines', 'type', 'state', 'property', 'output', 'signal', 'host'],
  switches: [
    'no-pager',
    'full',
    'now',
    'quiet',
    'all',
    'failed',
    'no-legend',
    'plain',
    'force',
    'help',
    'value',
    'no-block',
  ],
  letters: {
    l: 'full',
    n: 'lines',
    t: 'type',
    q: 'quiet',
    a: 'all',
    p: 'property',
    f: 'force',
    s: 'signal',
    h: 'help',
    o: 'output',
  },
};

const ACTS = new Set(['start', 'stop', 'restart', 'try-restart', 'kill', 'reload-or-restart']);

export const systemctl: Program = async (args, io, context) => {
  const line = readGoLine(args, FLAGS);
  if (typeof line === 'string') {
    io.err(`systemctl: ${line}\n`);
    return 1;
  }
  const [verb = 'list-units', ...names] = line.words;
  if (verb === 'reboot' || verb === 'poweroff' || verb === 'halt')
    return power(context, io, verb === 'reboot' ? 'reboot' : 'off');
  if (verb === 'daemon-reload' || verb === 'reset-failed') return 0;
  const facts = await factsHere(context);
  if (verb === 'list-units' || verb === 'list-unit-files') return listUnits(io, facts, verb);
  if (verb === 'is-system-running') {
    io.out('running\n');
    return 0;
  }
  if (names.length === 0) {
    if (verb !== 'status') return complain(io, 'Too few arguments.');
    return systemStatus(io, facts);
  }
  let status = 0;
  for (const name of names) {
    const unit = unitNamed(facts, name);
    const code = await runVerb(
      { verb, name, unit, lines: Number(line.value('lines') ?? 10), isQuiet: line.has('quiet') },
      io,
      context,
    );
    status = Math.max(status, code);
  }
  return status;
};

interface Asked {
  readonly verb: string;
  readonly name: string;
  readonly unit: Unit | undefined;
  readonly lines: number;
  readonly isQuiet: boolean;
}

async function runVerb(asked: Asked, io: ProgramIo, context: ProgramContext): Promise<number> {
  const { verb, name, unit, isQuiet } = asked;
  const full = name.endsWith('.service') ? name : `${name}.service`;
  if (ACTS.has(verb)) return act(asked, io, context);
  switch (verb) {
    case 'status':
      if (unit === undefined) {
        io.err(`Unit ${full} could not be found.\n`);
        return 4;
      }
      return showStatus(unit, asked.lines, io, context);
    case 'is-active': {
      const state = unit === undefined ? 'inactive' : activeState(unit);
      if (!isQuiet) io.out(`${state}\n`);
      return state === 'active' ? 0 : unit === undefined ? 4 : 3;
    }
    case 'is-enabled':
      io.out(unit === undefined ? 'not-found\n' : 'enabled\n');
      return unit === undefined ? 4 : 0;
    case 'is-failed':
      io.out(`${unit === undefined ? 'inactive' : activeState(unit)}\n`);
      return 1;
    case 'show':
      if (unit !== undefined) io.out(propertiesOf(unit));
      return 0;
    case 'cat':
      if (unit === undefined) return complain(io, `No files found for ${full}.`);
      io.out(
        `# /usr/lib/systemd/system/${full}\n[Unit]\nDescription=${unit.title}\nDocumentation=${unit.docs}\n\n[Service]\nExecStart=${unit.command}\nRestart=always\nRestartSec=${unit.name === 'containerd' ? 5 : 10}\n\n[Install]\nWantedBy=multi-user.target\n`,
      );
      return 0;
    case 'enable':
    case 'disable':
    case 'mask':
    case 'unmask':
      return complain(
        io,
        `kubarium: ${verb} is not there: what is stopped stays stopped over a reboot here`,
      );
    default:
      return complain(io, `Unknown command verb '${verb}'.`);
  }
}

function propertiesOf(unit: Unit): string {
  const { name, title, process } = unit;
  return [
    `Id=${name}.service`,
    `Description=${title}`,
    'LoadState=loaded',
    `ActiveState=${activeState(unit)}`,
    `SubState=${subState(unit)}`,
    `MainPID=${process.state === 'ended' ? 0 : process.pid}`,
    `NRestarts=${process.starts - 1}`,
    '',
  ].join('\n');
}

function complain(io: ProgramIo, text: string): number {
  io.err(`${text}\n`);
  return 1;
}

async function act(
  { verb, name, unit }: Asked,
  io: ProgramIo,
  context: ProgramContext,
): Promise<number> {
  const { machine, machines } = context;
  const full = name.endsWith('.service') ? name : `${name}.service`;
  if (unit === undefined) {
    io.err(
      `Failed to ${verb} ${full}: Unit ${full} not ${verb === 'start' ? 'found' : 'loaded'}.\n`,
    );
    return 5;
  }
  const what = verb === 'stop' || verb === 'start' || verb === 'kill' ? verb : 'restart';
  const refusal = await machines?.({ kind: 'unit', machine, unit: unit.name, act: what });
  if (refusal === undefined) return 0;
  io.err(`Failed to ${verb} ${full}: ${refusal}\n`);
  return 1;
}

export async function power(
  context: ProgramContext,
  io: ProgramIo,
  act: 'reboot' | 'off',
): Promise<number> {
  const refusal = await context.machines?.({ kind: 'power', machine: context.machine, act });
  if (refusal === undefined) {
    // The shell over the network does not learn of the end at once.
    io.err(
      `\nBroadcast message from root@${context.machine}:\n\nThe system will ${act === 'off' ? 'power off' : 'reboot'} now!\n`,
    );
    return 0;
  }
  io.err(`Failed to set wall message, ignoring: ${refusal}\n`);
  return 1;
}

function sinceText(facts: MachineFacts, unit: Unit): string {
  const { sinceMicros } = unit.process;
  if (sinceMicros === undefined) return '';
  const at = formatDate(facts.nowMillis - sinceMicros / 1000, '%a %Y-%m-%d %H:%M:%S UTC');
  return ` since ${at}; ${span(sinceMicros)} ago`;
}

/** systemd's words for a span of time: its two largest units. */
export function span(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), seconds >= 172_800 ? ' days' : ' day'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  if (shown.length === 0) return `${Math.max(1, Math.floor(micros / 1000))}ms`;
  // Above an hour seconds are left out.
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ');
}

async function showStatus(
  unit: Unit,
  lines: number,
  io: ProgramIo,
  context: ProgramContext,
): Promise<number> {
  const facts = await factsHere(context);
  const state = activeState(unit);
  const { process } = unit;
  const text = [
    `${state === 'active' || state === 'activating' ? '●' : '○'} ${unit.name}.service - ${unit.title}`,
    `     Loaded: loaded (/usr/lib/systemd/system/${unit.name}.service; enabled; preset: enabled)`,
    ...(unit.name === 'kubelet'
      ? ['    Drop-In: /usr/lib/systemd/system/kubelet.service.d', '             └─10-kubeadm.conf']
      : []),
    `     Active: ${state} (${subState(unit)})${state === 'activating' ? ' (Result: signal)' : ''}${sinceText(facts, unit)}`,
    `       Docs: ${unit.docs}`,
  ];
  if (state === 'active') {
    text.push(
      `   Main PID: ${process.pid} (${unit.name})`,
      `     CGroup: /system.slice/${unit.name}.service`,
      `             └─${process.pid} ${unit.command}`,
    );
  } else
    text.push(
      `   Main PID: ${process.pid} (code=${state === 'inactive' ? 'exited, status=0/SUCCESS' : 'killed, signal=KILL'})`,
    );
  io.out(`${text.join('\n')}\n`);
  const journal = await journalLines(context, unit.name);
  const shown = journal.slice(-lines);
  if (shown.length > 0) io.out(`\n${shown.join('\n')}\n`);
  return state === 'active' ? 0 : 3;
}

function systemStatus(io: ProgramIo, facts: MachineFacts): number {
  io.out(
    `● ${facts.name}\n    State: running\n    Units: ${unitsOf(facts).length} loaded (those of the cluster are listed here)\n     Jobs: 0 queued\n`,
  );
  return 0;
}

function listUnits(io: ProgramIo, facts: MachineFacts, verb: string): number {
  const units = unitsOf(facts);
  if (verb === 'list-unit-files') {
    io.out('UNIT FILE                 STATE   PRESET\n');
    for (const { name } of units) io.out(`${`${name}.service`.padEnd(25)} enabled enabled\n`);
    io.out(`\n${units.length} unit files listed.\n`);
    return 0;
  }
  const width = Math.max(4, ...units.map(({ name }) => name.length + 8));
  io.out(`  ${'UNIT'.padEnd(width)} LOAD   ACTIVE     SUB          DESCRIPTION\n`);
  for (const unit of units)
    io.out(
      `  ${`${unit.name}.service`.padEnd(width)} loaded ${activeState(unit).padEnd(10)} ${subState(unit).padEnd(12)} ${unit.title}\n`,
    );
  io.out(`\n${units.length} loaded units listed. (The machine's other units are not simulated.)\n`);
  return 0;
}
