import { BUILTINS } from './builtins/index.ts';
import { ConditionError, evaluateCondition } from './conditions.ts';
import {
  complain,
  err,
  failHard,
  type Execution,
  type ForkField,
  type Runner,
} from './execution.ts';
import { arithmetic, expandPattern, expandText, expandWords } from './expand.ts';
import { matchesGlob } from './glob.ts';
import { breathe, childController, isAbort } from './patience.ts';
import { parseScript } from './parse.ts';
import { runPipeline } from './pipeline.ts';
import { runProgram } from './program-run.ts';
import { redirected } from './redirect.ts';
import { emptySource } from './streams.ts';
import { assignAll } from './assign.ts';
import { compileRegex, RegexError } from '../../base/regex/regex.ts';
import { ShellSyntaxError, type ListItem, type Node, type Script, type Word } from './syntax.ts';
import { arrayOf } from './variables.ts';

const DEPTH_MAX = 200;

/** Runs scripts: the one place that knows what each construct means. Everything else is handed this runner. */
export const runner: Runner = {
  script: runScript,
  argv: runArgv,
  text: runText,
  fork: forkExecution,
  asScript: runAsScript,
};

/** A subshell: what it changes stays in it. */
function forkExecution(
  execution: Execution,
  changes: Partial<Pick<Execution, ForkField>>,
): Execution {
  return {
    ...execution,
    variables: execution.variables.clone(),
    functions: new Map(execution.functions),
    traps: new Map(),
    options: { ...execution.options },
    jobs: { list: [], nextPid: execution.jobs.nextPid + 1 },
    leaving: undefined,
    ...changes,
  };
}

async function runText(execution: Execution, text: string): Promise<number> {
  try {
    const script = parseScript(text, execution.shell.aliases);
    return await runScript(execution, script);
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    execution.line = error.line;
    complain(execution, error.message);
    // In a script bash also shows the line.
    if (!execution.isInteractive && error.message.includes('near unexpected token'))
      complain(execution, `\`${text.split('\n')[error.line - 1] ?? ''}'`);
    execution.status = 2;
    return 2;
  }
}

async function runScript(execution: Execution, script: Script): Promise<number> {
  for (const item of script.items) {
    if (execution.signal.aborted) return failHard(execution, 130);
    await breathe();
    if (item.background) startJob(execution, item);
    else execution.status = await runNode(execution, item.node);
    if (execution.leaving !== undefined) break;
  }
  return execution.status;
}

function startJob(execution: Execution, item: ListItem): void {
  const { jobs } = execution;
  const number = (jobs.list.at(-1)?.number ?? 0) + 1;
  const pid = ++jobs.nextPid;
  // A job outlives Ctrl-C: only `kill` and the end of the session end it.
  const controller = new AbortController();
  const child = forkExecution(execution, {
    signal: controller.signal,
    isInteractive: execution.isInteractive,
    // The keyboard is the foreground's.
    ...(execution.stdin.isTerminal ? { stdin: emptySource() } : undefined),
  });
  const done = runNode(child, item.node).catch((error: unknown) => {
    if (isAbort(error)) return 143;
    throw error;
  });
  const job: Execution['jobs']['list'][number] = {
    number,
    pid,
    source: item.source,
    done,
    kill: () => controller.abort(),
    status: undefined,
    killed: false,
  };
  jobs.list.push(job);
  void done.then((status) => {
    job.status = status;
  });
  if (execution.isInteractive) err(execution, `[${number}] ${pid}\n`);
  execution.status = 0;
}

async function runNode(execution: Execution, node: Node): Promise<number> {
  const status = await evaluate(execution, node);
  execution.status = status;
  return status;
}

async function evaluate(execution: Execution, node: Node): Promise<number> {
  switch (node.kind) {
    case 'simple':
      return checked(execution, await runSimple(execution, node));
    case 'and-or': {
      let status = await inCondition(execution, () => runNode(execution, node.first));
      for (const [i, { op, node: next }] of node.rest.entries()) {
        if (execution.leaving !== undefined) break;
        if ((op === '&&') !== (status === 0)) continue;
        const isLast = i === node.rest.length - 1;
        status = isLast
          ? await runNode(execution, next)
          : await inCondition(execution, () => runNode(execution, next));
      }
      return status;
    }
    case 'pipeline': {
      const run = (): Promise<number> => runPipeline(execution, node, runNode, forkExecution);
      if (node.negated) return (await inCondition(execution, run)) === 0 ? 1 : 0;
      return checked(execution, await run());
    }
    case 'group':
      if (!node.subshell) return runScript(execution, node.body);
      return checked(execution, await runSubshell(execution, node.body));
    case 'if':
      for (const { condition, body } of node.clauses) {
        const status = await inCondition(execution, () => runScript(execution, condition));
        if (execution.leaving !== undefined) return status;
        if (status === 0) return runScript(execution, body);
      }
      return node.otherwise === undefined ? 0 : runScript(execution, node.otherwise);
    case 'while':
    case 'for':
    case 'counting-for':
      return runLoop(execution, node);
    case 'case':
      return runCase(execution, node);
    case 'function':
      execution.functions.set(node.name, node.body);
      return 0;
    case 'arithmetic': {
      const text = await expandText(node.expression, execution, runner);
      const value = arithmetic(text, execution);
      return checked(execution, value === '0' || value === '' ? 1 : 0);
    }
    case 'condition':
      execution.line = node.line;
      return checked(execution, await runCondition(execution, node.words));
    case 'redirected': {
      const inner = await redirected(execution, node.redirects, runner);
      if (inner === undefined) return checked(execution, 1);
      try {
        return await runNode(execution, node.body);
      } finally {
        inner();
      }
    }
  }
}

async function inCondition(execution: Execution, run: () => Promise<number>): Promise<number> {
  execution.conditions += 1;
  try {
    return await run();
  } finally {
    execution.conditions -= 1;
  }
}

/** What `set -e` makes of a failure. */
function checked(execution: Execution, status: number): number {
  if (status === 0 || execution.conditions > 0 || execution.leaving !== undefined) return status;
  execution.status = status;
  return execution.options.errexit ? failHard(execution, status) : status;
}

async function runSubshell(execution: Execution, body: Script): Promise<number> {
  const child = forkExecution(execution, {});
  const status = await runScript(child, body);
  return runExitTrap(child, status);
}

/** Runs `trap … EXIT` of a shell that ends. */
export async function runExitTrap(execution: Execution, status: number): Promise<number> {
  const trap = execution.traps.get('EXIT');
  if (trap === undefined) return execution.leaving?.kind === 'exit' ? execution.status : status;
  execution.traps.delete('EXIT');
  const kept = execution.leaving?.kind === 'exit' ? execution.status : status;
  execution.leaving = undefined;
  execution.status = kept;
  await runText(execution, trap);
  // `exit` inside the trap decides anew. (A cast: the run above may have set it.)
  const left = execution.leaving as Execution['leaving'];
  return left === undefined ? kept : execution.status;
}

type LoopNode = Extract<Node, { kind: 'while' | 'for' | 'counting-for' }>;

async function runLoop(execution: Execution, node: LoopNode): Promise<number> {
  let status = 0;
  execution.loops += 1;
  const body = async (): Promise<boolean> => {
    status = await runScript(execution, node.body);
    return goesOn(execution);
  };
  try {
    if (node.kind === 'for') {
      const words =
        node.words === undefined
          ? execution.positional
          : await expandWords(node.words, execution, runner);
      for (const word of words) {
        if (execution.leaving !== undefined) break;
        execution.variables.set(node.name, word);
        if (!(await body())) break;
      }
    } else if (node.kind === 'while') {
      for (;;) {
        const met = await inCondition(execution, () => runScript(execution, node.condition));
        if (execution.leaving !== undefined ? !goesOn(execution) : (met === 0) === node.until)
          break;
        if (!(await body())) break;
      }
    } else {
      const evaluateWord = async (word: Word): Promise<string> =>
        arithmetic(await expandText(word, execution, runner), execution);
      await evaluateWord(node.start);
      for (;;) {
        const condition = await expandText(node.condition, execution, runner);
        if (execution.leaving !== undefined) break;
        if (condition.trim() !== '' && arithmetic(condition, execution) === '0') break;
        if (!(await body())) break;
        await evaluateWord(node.next);
      }
    }
  } finally {
    execution.loops -= 1;
  }
  return execution.leaving?.kind === 'exit' ? execution.status : status;
}

/** Whether a loop has another round, after a `break` or `continue` in its body. */
function goesOn(execution: Execution): boolean {
  const { leaving } = execution;
  if (leaving === undefined) return true;
  if (leaving.kind !== 'break' && leaving.kind !== 'continue') return false;
  if (leaving.levels > 1) {
    execution.leaving = { ...leaving, levels: leaving.levels - 1 };
    return false;
  }
  execution.leaving = undefined;
  return leaving.kind === 'continue';
}

async function runCase(
  execution: Execution,
  { word, arms }: Extract<Node, { kind: 'case' }>,
): Promise<number> {
  const text = await expandText(word, execution, runner);
  for (const { patterns, body } of arms) {
    for (const pattern of patterns) {
      if (!matchesGlob(await expandPattern(pattern, execution, runner), text)) continue;
      return body.items.length === 0 ? 0 : runScript(execution, body);
    }
  }
  return 0;
}

const PATTERN_OPERATORS = new Set(['=', '==', '!=']);

/** `[[ … ]]`: like `test`, with patterns, expressions and no splitting. */
async function runCondition(execution: Execution, words: readonly Word[]): Promise<number> {
  const expanded: string[] = [];
  for (const word of words) {
    const isPattern = PATTERN_OPERATORS.has(expanded.at(-1) ?? '');
    const quotesMatter = isPattern || expanded.at(-1) === '=~';
    expanded.push(await (quotesMatter ? expandPattern : expandText)(word, execution, runner));
  }
  if (execution.leaving !== undefined) return execution.status;
  try {
    const isTrue = evaluateCondition(expanded, execution, {
      equals: (left, pattern) => matchesGlob(pattern, left),
      matches(left, pattern) {
        const match = compileRegex(pattern, { flavour: 'extended' }).exec(left);
        if (match === undefined) return false;
        const groups = Array.from({ length: 10 }, (_, i) => match.group(i));
        const last = groups.findLastIndex((group) => group !== undefined);
        execution.variables.set(
          'BASH_REMATCH',
          arrayOf(groups.slice(0, last + 1).map((group) => group ?? '')),
        );
        return true;
      },
      number: (text) => Number(arithmetic(text, execution)),
      and: '&&',
      or: '||',
      open: '(',
      close: ')',
    });
    return isTrue ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConditionError) && !(error instanceof RegexError)) throw error;
    complain(execution, error.message);
    return 2;
  }
}

async function runSimple(
  execution: Execution,
  node: Extract<Node, { kind: 'simple' }>,
): Promise<number> {
  execution.line = node.line;
  const words = await expandWords(node.words, execution, runner);
  if (execution.leaving !== undefined) return execution.status;
  const [name] = words;
  if (execution.options.xtrace && name !== undefined)
    err(execution, `+ ${words.map(shownWord).join(' ')}\n`);
  if (name === undefined) {
    execution.status = 0;
    const isSet = await assignAll(execution, node.assignments, runner);
    if (!isSet) return 1;
    const inner = await redirected(execution, node.redirects, runner);
    inner?.();
    // The status of a substitution on the right side, or success.
    const substituted = node.assignments.some(({ value }) =>
      value.some(({ kind }) => kind === 'command'),
    );
    if (inner === undefined) return 1;
    return substituted || execution.leaving !== undefined ? execution.status : 0;
  }
  const inner = await redirected(execution, node.redirects, runner);
  if (inner === undefined) return 1;
  try {
    if (node.assignments.length === 0) return await runArgv(execution, words);
    // Assignments before a command are its own: exported to it, and forgotten afterwards.
    const { variables } = execution;
    variables.enter();
    for (const { name: variable } of node.assignments) {
      variables.local(variable);
      variables.change(variable, { exported: true });
    }
    try {
      await assignAll(execution, node.assignments, runner);
      return await runArgv(execution, words);
    } finally {
      variables.leave();
    }
  } finally {
    // `exec > file` is for the rest of the shell.
    if (name !== 'exec' || words.length > 1) inner();
  }
}

function shownWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Runs a command by name: a function, a part of the shell, or a program. */
async function runArgv(execution: Execution, argv: readonly string[]): Promise<number> {
  const [name = '', ...args] = argv;
  if (execution.signal.aborted) return failHard(execution, 130);
  const body = execution.functions.get(name);
  if (body !== undefined) return runFunction(execution, name, body, args);
  const builtin = BUILTINS.get(name);
  if (builtin !== undefined) return builtin.run(args, execution, runner);
  return runProgram(execution, argv, runner);
}

async function runFunction(
  execution: Execution,
  name: string,
  body: Node,
  args: readonly string[],
): Promise<number> {
  if (execution.depth >= DEPTH_MAX) {
    complain(execution, `${name}: maximum function nesting level exceeded (${DEPTH_MAX})`);
    return failHard(execution, 1);
  }
  const { positional, loops } = execution;
  execution.positional = args;
  execution.depth += 1;
  execution.loops = 0;
  execution.variables.enter();
  try {
    const status = await runNode(execution, body);
    if (execution.leaving?.kind === 'return') execution.leaving = undefined;
    return execution.leaving === undefined && status !== execution.status
      ? execution.status
      : status;
  } finally {
    execution.variables.leave();
    execution.depth -= 1;
    execution.loops = loops;
    execution.positional = positional;
  }
}

/** Runs a whole text as a script of its own: `bash file`, `bash -c`. */
async function runAsScript(
  execution: Execution,
  text: string,
  { name, args }: { readonly name: string; readonly args: readonly string[] },
): Promise<number> {
  const { controller, release } = childController(execution.signal);
  const child = forkExecution(execution, {
    signal: controller.signal,
    isInteractive: false,
    name,
    positional: args,
  });
  const status = await runText(child, text);
  release();
  return runExitTrap(child, status);
}
