import type { Micros } from '../../../kernel/time.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { expandText, expandWords } from './expand.ts';
import { parseScript } from './parse.ts';
import { matchesPattern } from './pattern.ts';
import { openRedirects, writeTo } from './output.ts';
import { leaveCall } from './root.ts';
import { runSimple } from './simple.ts';
import { ENDED, READY, type Frame, type Preparable, type Shell, type Thread } from './state.ts';
import type { Node, Script } from './syntax.ts';
import { addThread, finish, pushNode, pushText, scopeOf, type Surroundings } from './thread.ts';

/** Steps a shell may take at one instant: one that never waits must not stop the world. */
const SHARE = 2_000;

/** Starts a shell on a script. A script that cannot be read ends with 2, as every shell's does. */
export function createShell(
  options: {
    readonly name: string;
    readonly script: string;
    readonly positional: readonly string[];
    readonly cwd: string;
    readonly vars: Iterable<readonly [string, string]>;
    readonly errexit: boolean;
    readonly xtrace: boolean;
  },
  around: Surroundings,
): Shell {
  const shell: Shell = {
    name: options.name,
    vars: new Map(options.vars),
    functions: new Map(),
    traps: new Map(),
    threads: [],
    positional: options.positional,
    cwd: options.cwd,
    errexit: options.errexit,
    xtrace: options.xtrace,
    replaced: false,
    pending: undefined,
    spins: 0,
    nextPid: 1,
  };
  const main = addThread(shell, []);
  const parsed = parseScript(options.script);
  if (parsed.ok) main.frames.push({ kind: 'script', script: parsed.value, at: 0 });
  else {
    around.write('stderr', `${options.name}: ${parsed.error}\n`);
    main.status = 2;
    main.state = ENDED;
  }
  return shell;
}

/** Runs every thread that can go on, until all wait or the share of this instant is used up. */
export function runShell(shell: Shell, around: Surroundings): void {
  let left = SHARE;
  for (let again = true; again; ) {
    again = false;
    for (let i = 0; i < shell.threads.length; i++) {
      const thread = shell.threads[i] as Thread; // In range: i is below the length.
      wakeIfDue(shell, thread, around);
      while (thread.state.kind === 'ready' && left > 0) {
        left -= 1;
        stepThread(shell, thread, around);
        again = true;
      }
    }
    const main = shell.threads[0];
    if (main === undefined || main.state.kind === 'ended' || left <= 0) break;
    if (
      main.state.kind === 'joining' &&
      shell.threads.every((t) => t === main || t.state.kind === 'ended')
    ) {
      main.state = READY;
      again = true;
    }
  }
  if (left > 0) shell.spins = 0;
  else shell.spins += 1;
  if (shell.threads.length > 32) dropEnded(shell);
}

function dropEnded(shell: Shell): void {
  const kept = shell.threads.filter((thread, i) => i === 0 || thread.state.kind !== 'ended');
  shell.threads.splice(0, shell.threads.length, ...kept);
}

/** When a shell next has something to do; undefined: when something outside happens. */
export function nextWake(shell: Shell, now: Micros): Micros | undefined {
  let earliest: Micros | undefined;
  for (const { state } of shell.threads) {
    if (state.kind === 'ready') {
      // It used up its share: it goes on soon, and ever later if it never waits.
      const pause = Math.min(10_000 * 2 ** Math.max(0, Math.min(10, shell.spins - 50)), 5_000_000);
      return now + pause;
    }
    if (
      state.kind === 'sleeping' &&
      state.wakeAt !== undefined &&
      (earliest === undefined || state.wakeAt < earliest)
    ) {
      earliest = state.wakeAt;
    }
  }
  return earliest;
}

function wakeIfDue(shell: Shell, thread: Thread, around: Surroundings): void {
  const { state } = thread;
  if (state.kind !== 'sleeping' || state.wakeAt === undefined || state.wakeAt > around.now) return;
  const frame = thread.frames.at(-1);
  thread.state = READY;
  if (frame?.kind !== 'foreground') return;
  thread.frames.pop();
  if (frame.out !== '') writeTo(thread, around, 1, frame.out);
  finish(shell, thread, frame.code);
}

function stepThread(shell: Shell, thread: Thread, around: Surroundings): void {
  const isMain = thread === shell.threads[0];
  if (isMain && shell.pending !== undefined) {
    const signal = shell.pending;
    shell.pending = undefined;
    pushText(shell, thread, shell.traps.get(signal) ?? '');
    return;
  }
  const frame = thread.frames.at(-1);
  if (frame === undefined) {
    const isOver = shell.interactive !== true || shell.exiting === true;
    const atExit = isMain && isOver ? shell.traps.get('EXIT') : undefined;
    if (atExit === undefined) thread.state = ENDED;
    else {
      shell.traps.delete('EXIT');
      pushText(shell, thread, `{ ${atExit}\n}; exit ${thread.status}`);
    }
    return;
  }
  stepFrame(shell, thread, frame, around);
}

function stepFrame(shell: Shell, thread: Thread, frame: Frame, around: Surroundings): void {
  const { frames } = thread;
  switch (frame.kind) {
    case 'script': {
      const item = frame.script.items[frame.at];
      frame.at += 1;
      if (item === undefined) frames.pop();
      else if (item.background) {
        const child = addThread(shell, []);
        pushNode(child, item.node);
        shell.vars.set('!', String(child.pid));
        thread.status = 0;
      } else start(shell, thread, item.node, around);
      return;
    }
    case 'and-or': {
      const item = frame.node.rest[frame.at];
      frame.at += 1;
      if (item === undefined) frames.pop();
      else if ((item.op === '&&') === (thread.status === 0))
        start(shell, thread, item.node, around);
      return;
    }
    case 'pipeline':
      stepPipeline(shell, thread, frame, around);
      return;
    case 'if':
      stepIf(thread, frame);
      return;
    case 'while':
      if (frame.phase === 'condition') {
        frame.phase = 'decide';
        pushScript(thread, frame.node.condition);
      } else if ((thread.status === 0) !== frame.node.until) {
        frame.phase = 'condition';
        pushScript(thread, frame.node.body);
      } else {
        frames.pop();
        thread.status = 0;
      }
      return;
    case 'for': {
      const value = frame.items[frame.at];
      frame.at += 1;
      if (value === undefined) frames.pop();
      else {
        shell.vars.set(frame.node.name, value);
        pushScript(thread, frame.node.body);
      }
      return;
    }
    case 'prepare':
      stepPrepare(shell, thread, frame, around);
      return;
    case 'output':
      frames.pop();
      if (frame.collects) handDown(frames.at(-1), frame.text);
      return;
    case 'call':
      leaveCall(shell, frame);
      frames.pop();
      return;
    case 'foreground':
    case 'network':
      // Reached only when it was interrupted.
      frames.pop();
      return;
  }
}

function handDown(below: Frame | undefined, text: string): void {
  if (below?.kind === 'prepare') below.results.push(text.replace(/\n+$/, ''));
  else if (below?.kind === 'pipeline') below.input = text;
}

function pushScript(thread: Thread, script: Script): void {
  thread.frames.push({ kind: 'script', script, at: 0 });
}

function stepIf(thread: Thread, frame: Extract<Frame, { kind: 'if' }>): void {
  const clause = frame.node.clauses[frame.clause];
  if (frame.phase === 'condition' && clause !== undefined) {
    frame.phase = 'decide';
    pushScript(thread, clause.condition);
  } else if (frame.phase === 'decide' && clause !== undefined) {
    if (thread.status === 0) {
      frame.phase = 'body';
      pushScript(thread, clause.body);
    } else {
      frame.clause += 1;
      frame.phase = 'condition';
    }
  } else if (frame.phase === 'condition' && frame.node.otherwise !== undefined) {
    frame.phase = 'body';
    pushScript(thread, frame.node.otherwise);
  } else {
    if (frame.phase === 'condition') thread.status = 0;
    thread.frames.pop();
  }
}

function stepPipeline(
  shell: Shell,
  thread: Thread,
  frame: Extract<Frame, { kind: 'pipeline' }>,
  around: Surroundings,
): void {
  const stage = frame.node.stages[frame.at];
  if (stage === undefined) {
    thread.frames.pop();
    if (frame.node.negated) thread.status = thread.status === 0 ? 1 : 0;
    return;
  }
  const isLast = frame.at === frame.node.stages.length - 1;
  frame.at += 1;
  const collector = thread.frames.length;
  thread.frames.push({
    kind: 'output',
    collects: !isLast,
    subshell: frame.node.stages.length > 1,
    text: '',
    out: isLast ? undefined : { kind: 'collect', frame: collector },
    err: undefined,
    input: frame.at === 1 ? undefined : (frame.input ?? ''),
  });
  start(shell, thread, stage, around);
}

function stepPrepare(
  shell: Shell,
  thread: Thread,
  frame: Extract<Frame, { kind: 'prepare' }>,
  around: Surroundings,
): void {
  const next = frame.node.substitutions[frame.results.length];
  if (next === undefined) {
    thread.frames.pop();
    perform(shell, thread, frame.node, frame.results, around);
    return;
  }
  thread.frames.push({
    kind: 'output',
    collects: true,
    subshell: true,
    text: '',
    out: { kind: 'collect', frame: thread.frames.length },
    err: undefined,
    input: undefined,
  });
  pushScript(thread, next);
}

const NO_RESULTS: readonly string[] = Object.freeze([]);

function start(shell: Shell, thread: Thread, node: Node, around: Surroundings): void {
  switch (node.kind) {
    case 'and-or':
      thread.frames.push({ kind: 'and-or', node, at: 0 });
      start(shell, thread, node.first, around);
      return;
    case 'pipeline':
      thread.frames.push({ kind: 'pipeline', node, at: 0, input: undefined });
      return;
    case 'if':
      thread.frames.push({ kind: 'if', node, clause: 0, phase: 'condition' });
      return;
    case 'while':
      thread.frames.push({ kind: 'while', node, phase: 'condition' });
      return;
    case 'function':
      shell.functions.set(node.name, node.body);
      thread.status = 0;
      return;
    default:
      if (node.substitutions.length > 0) thread.frames.push({ kind: 'prepare', node, results: [] });
      else perform(shell, thread, node, NO_RESULTS, around);
  }
}

/** Carries out a node whose `$(…)` have run. */
function perform(
  shell: Shell,
  thread: Thread,
  node: Preparable,
  results: readonly string[],
  around: Surroundings,
): void {
  const scope = scopeOf(shell, thread, around, results);
  switch (node.kind) {
    case 'simple':
      runSimple(shell, thread, node, scope, around);
      return;
    case 'arithmetic':
      finish(
        shell,
        thread,
        evaluateArithmetic(expandText(node.expression, scope), scope) === 0 ? 1 : 0,
      );
      return;
    case 'group': {
      if (node.redirects.length > 0 || node.subshell) {
        const opened = openRedirects(shell, thread, node.redirects, scope, around, node.subshell);
        if (!opened) return;
      }
      pushScript(thread, node.body);
      return;
    }
    case 'for': {
      const items = node.words === undefined ? shell.positional : expandWords(node.words, scope);
      thread.frames.push({ kind: 'for', node, items, at: 0 });
      return;
    }
    case 'case': {
      const text = expandText(node.word, scope);
      const arm = node.arms.find((each) =>
        each.patterns.some((pattern) => matchesPattern(expandText(pattern, scope), text)),
      );
      thread.status = 0;
      if (arm !== undefined) pushScript(thread, arm.body);
      return;
    }
  }
}
