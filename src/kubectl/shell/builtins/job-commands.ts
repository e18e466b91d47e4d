import {
  complain,
  out,
  type BuiltinEntry,
  type Execution,
  type Job,
  type ShellCommand,
} from '../execution.ts';
import { orAborted } from '../patience.ts';
import { runProgram } from '../program-run.ts';

function findJob(execution: Execution, name: string): Job | undefined {
  const { list } = execution.jobs;
  if (name === '%%' || name === '%+' || name === '%') return list.at(-1);
  if (name.startsWith('%')) {
    const number = Number(name.slice(1));
    return list.find((job) => job.number === number || job.source.startsWith(name.slice(1)));
  }
  return list.find((job) => job.pid === Number(name));
}

const jobs: ShellCommand = (_args, execution) => {
  for (const job of execution.jobs.list) out(execution, jobLine(job, execution.jobs.list));
  forgetDone(execution);
  return 0;
};

/** A job's line as bash shows it. */
export function jobLine(job: Job, list: readonly Job[]): string {
  const mark = job === list.at(-1) ? '+' : job === list.at(-2) ? '-' : ' ';
  const { status, killed } = job;
  const state =
    status === undefined
      ? 'Running'
      : killed
        ? 'Terminated'
        : status === 0
          ? 'Done'
          : `Exit ${status}`;
  return `[${job.number}]${mark}  ${state.padEnd(24)}${job.source}${status === undefined ? ' &' : ''}\n`;
}

/** Takes ended jobs off the list; answers their lines. */
export function forgetDone(execution: Execution): readonly string[] {
  const { list } = execution.jobs;
  const ended = list.filter((job) => job.status !== undefined);
  const lines = ended.map((job) => jobLine(job, list));
  for (const job of ended) list.splice(list.indexOf(job), 1);
  return lines;
}

const wait: ShellCommand = async (args, execution) => {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const wanted = names.length === 0 ? [...execution.jobs.list] : [];
  for (const name of names) {
    const job = findJob(execution, name);
    if (job === undefined) {
      complain(execution, `wait: pid ${name} is not a child of this shell`);
      return 127;
    }
    wanted.push(job);
  }
  let status = 0;
  for (const job of wanted) {
    try {
      status = await orAborted(job.done, execution.signal);
    } catch {
      return 130;
    }
    if (!execution.isInteractive) execution.jobs.list.splice(execution.jobs.list.indexOf(job), 1);
  }
  return names.length === 0 ? 0 : status;
};

const kill: ShellCommand = (args, execution, runner) => {
  if (args[0] === '-l') {
    out(execution, 'HUP INT QUIT KILL TERM CONT STOP\n');
    return 0;
  }
  let status = 0;
  const rest = args[0] === '-s' ? args.slice(2) : args;
  for (const name of rest) {
    if (name.startsWith('-')) continue;
    const job = findJob(execution, name);
    // Where the machine has processes of its own, they have numbers too.
    if (job === undefined && /^\d+$/.test(name) && execution.shell.programs.has('kill'))
      return runProgram(execution, ['kill', ...args], runner);
    if (job === undefined) {
      const reason = name.startsWith('%') ? 'no such job' : '(' + name + ') - No such process';
      complain(execution, name.startsWith('%') ? `kill: ${name}: ${reason}` : `kill: ${reason}`);
      status = 1;
    } else if (!args.includes('-0')) {
      job.killed = true;
      job.kill();
    }
  }
  return status;
};

const foreground: ShellCommand = async (args, execution) => {
  const job = args[0] === undefined ? execution.jobs.list.at(-1) : findJob(execution, args[0]);
  if (job === undefined) {
    complain(execution, `fg: ${args[0] ?? 'current'}: no such job`);
    return 1;
  }
  out(execution, `${job.source}\n`);
  try {
    return await orAborted(job.done, execution.signal);
  } catch {
    job.kill();
    return 130;
  } finally {
    execution.jobs.list.splice(execution.jobs.list.indexOf(job), 1);
  }
};

export const JOB_COMMANDS: readonly (readonly [string, BuiltinEntry])[] = [
  ['jobs', { about: 'what runs in the background', run: jobs }],
  ['wait', { about: 'waits for what runs in the background', run: wait }],
  ['kill', { about: 'ends a job by number (%1) or pid', run: kill }],
  ['fg', { about: 'brings a job to the foreground', run: foreground }],
  ['bg', { about: 'jobs run in the background anyhow', run: () => 0 }],
  ['disown', { about: 'accepted', run: () => 0 }],
];
