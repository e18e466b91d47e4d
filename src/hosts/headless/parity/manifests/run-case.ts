import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAY_PROCESS } from '../../../../cluster/world.ts';
import { fork } from '../../../../kernel/checkpoint.ts';
import { SECOND } from '../../../../kernel/time.ts';
import type { World } from '../../../../kernel/world.ts';
import { readOutcome, uidsOf } from '../../manifests/outcome.ts';
import { openTerminal, type Terminal } from '../../serve/testing.ts';
import {
  acceptedDocuments,
  changedDocuments,
  hasGoneAtOnce,
  identities,
  type ApplyStep,
  type ManifestCase,
} from './cases.ts';
import {
  isSilent,
  judgeApply,
  judgeChange,
  judgeCommand,
  judgeDelete,
  judgeDifference,
  judgeSecondApply,
  readApply,
} from './judge.ts';
import { changesOf, usersPart } from './users-part.ts';

/** How the manifests are applied. */
export type ApplyMode = 'client' | 'server';

/** What came of one case. */
export interface CaseOutcome {
  /** Empty when all is as it should be. */
  readonly complaints: readonly string[];
  /** What the server warned of, for a person to read. */
  readonly warnings: readonly string[];
  /** Every command with its output. */
  readonly transcript: readonly (readonly [command: string, output: string])[];
}

/** How the commands of a case are run: by the real kubectl, or by the page's. */
export type CommandRunner = (terminal: Terminal, command: string) => Promise<string>;

/** The real kubectl. */
export const runReal: CommandRunner = (terminal, command) => terminal.run(command);

/** Pods start, or fail to, before `diff` looks. */
const SETTLE_MICROS = 20 * SECOND;
/**
 * Once a deletion only waits: a Pod that ignores its signal has 30 s. Its requests are made in the cluster's own time, since
 * what is deleted first takes others with it after a while.
 */
const HURRY_SPEED = 60;
const HURRY_AFTER_MILLIS = 400;
/** Dependents are collected, and Pods end, behind the owner's deletion. */
const COLLECT_MICROS = 90 * SECOND;
/** Something in the cluster may happen between the two looks of a `diff`. */
const DIFF_TRIES = 4;

/** Where the manifests lie in the folder in which commands are run. */
const FOLDER = 'manifests';

/**
 * Plays one case on a cluster of its own: applies its files as expected, then `diff` prints nothing, a second apply changes
 * nothing, and `delete` removes everything.
 */
export async function runCase(
  base: World,
  root: string,
  entry: ManifestCase,
  mode: ApplyMode,
  run: CommandRunner = runReal,
): Promise<CaseOutcome> {
  const world = fork(base);
  const known = uidsOf(world);
  const terminal = await openTerminal({ world, speed: 1 });
  await terminal.run(`ln -s '${root}' ${FOLDER}`);
  const play = createPlay(terminal, root, mode, run);
  try {
    if (entry.defaultStorageClass) await play.giveStorageClass();
    const applied: ApplyStep[] = [];
    const changed = new Set<string>();
    for (const step of entry.steps) {
      if (step.kind === 'command') {
        play.complain(judgeCommand(step, await play.run(step.command)));
        if (step.changes !== undefined && step.expect?.accepted !== false)
          changed.add(step.changes);
        continue;
      }
      await play.apply(step);
      applied.push(step);
    }
    const last = applied.filter(
      (step, index) => !isWrittenOver(root, step, applied.slice(index + 1)),
    );
    for (const step of last) {
      const own = identities(textOf(root, step.file), step.namespace);
      if (own.some((each) => changed.has(each))) continue;
      await play.compare(step);
      await play.change(step);
    }
    for (const step of [...last].reverse()) await play.remove(step);
    play.pass(COLLECT_MICROS);
    const left = readOutcome(world, known).pods.map(
      ({ namespace, name }) => `${namespace}/${name}`,
    );
    if (left.length > 0) play.complain([`Pods are left after delete: ${left.join(', ')}`]);
  } finally {
    await terminal.close();
  }
  return play.outcome;
}

/** Whether a later file has one of its objects: it says then something else about it. */
function isWrittenOver(root: string, step: ApplyStep, later: readonly ApplyStep[]): boolean {
  const own = new Set(identities(textOf(root, step.file), step.namespace));
  return later.some(({ file, namespace }) =>
    identities(textOf(root, file), namespace).some((each) => own.has(each)),
  );
}

function textOf(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

const STANDARD_CLASS = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations: {storageclass.kubernetes.io/is-default-class: 'true'}
provisioner: kubarium.io/provisioner
volumeBindingMode: WaitForFirstConsumer
`;

interface Play {
  readonly outcome: CaseOutcome;
  run(command: string): Promise<string>;
  complain(complaints: readonly string[]): void;
  pass(micros: number): void;
  giveStorageClass(): Promise<void>;
  apply(step: ApplyStep): Promise<void>;
  /** `diff`, and a second apply. */
  compare(step: ApplyStep): Promise<void>;
  /** A changed file: `diff` shows it, `apply` takes it, and then `diff` prints nothing again. */
  change(step: ApplyStep): Promise<void>;
  remove(step: ApplyStep): Promise<void>;
}

function createPlay(
  terminal: Terminal,
  root: string,
  mode: ApplyMode,
  runner: CommandRunner,
): Play {
  const complaints: string[] = [];
  const warnings: string[] = [];
  const transcript: (readonly [string, string])[] = [];
  const flag = mode === 'server' ? ' --server-side' : '';
  const { session } = terminal.cluster;
  const files = new Map<ApplyStep, string | undefined>();
  const refused = new Set<ApplyStep>();

  async function run(command: string): Promise<string> {
    const output = await runner(terminal, command);
    transcript.push([command, output]);
    return output;
  }

  function complain(found: readonly string[]): void {
    complaints.push(...found);
  }

  function pass(micros: number): void {
    session.advance(session.world.now + micros, Number.MAX_SAFE_INTEGER);
  }

  function setSpeed(factor: number): void {
    terminal.cluster.pacer.command({ kind: 'speed', factor });
  }

  /** The arguments that name what the server has accepted of a file; undefined: nothing. */
  function acceptedArguments(step: ApplyStep): string | undefined {
    const file = files.get(step);
    return file === undefined ? undefined : `-f ${file}${namespaceFlag(step)}`;
  }

  return {
    outcome: { complaints, warnings, transcript },
    run,
    complain,
    pass,
    async giveStorageClass() {
      await terminal.run(`kubectl apply -f - <<'END'\n${STANDARD_CLASS}END`);
    },
    async apply(step) {
      const file = `${FOLDER}/${step.file}`;
      const output = await run(`kubectl apply${flag} -f ${file}${namespaceFlag(step)}`);
      complain(judgeApply(step, output));
      warnings.push(...readApply(output).warnings);
      if (readApply(output).failed) refused.add(step);
      files.set(step, await acceptedFile(terminal, root, step, output));
      if (!hasShortLife(textOf(root, step.file))) pass(SETTLE_MICROS);
    },
    async compare(step) {
      const named = acceptedArguments(step);
      if (named === undefined) return;
      let printed = await run(`kubectl diff${flag} ${named}`);
      for (let tries = 1; !isSilent(printed) && tries < DIFF_TRIES; tries += 1) {
        printed = await run(`kubectl diff${flag} ${named}`);
      }
      if (!isSilent(printed)) complain([`diff prints\n${printed}`]);
      const own = new Set(identities(textOf(root, step.file), step.namespace));
      const before = usersPart(session.world, own);
      complain(judgeSecondApply(await run(`kubectl apply${flag} ${named}`), mode === 'server'));
      complain(changesOf(before, usersPart(session.world, own)));
    },
    async change(step) {
      if (files.get(step) === undefined) return;
      const name = `changed-${step.file.replaceAll('/', '-')}`;
      const text = changedDocuments(
        textOf(root, step.file),
        refused.has(step) ? step.rejected : [],
      );
      writeFileSync(join(await workFolder(terminal), name), text);
      const named = `-f ${name}${namespaceFlag(step)}`;
      complain(judgeDifference(await run(`kubectl diff${flag} ${named}`)));
      complain(judgeChange(await run(`kubectl apply${flag} ${named}`), mode === 'server'));
      pass(SETTLE_MICROS);
      const printed = await run(`kubectl diff${flag} ${named}`);
      if (!isSilent(printed))
        complain([`diff of a changed file that is applied prints\n${printed}`]);
    },
    async remove(step) {
      const named = acceptedArguments(step);
      if (named === undefined) return;
      let hurry: NodeJS.Timeout | undefined;
      session.onRequestObserved = ({ verb, from }) => {
        if (verb !== 'delete' || from !== GATEWAY_PROCESS) return;
        clearTimeout(hurry);
        hurry = setTimeout(() => setSpeed(HURRY_SPEED), HURRY_AFTER_MILLIS);
      };
      complain(judgeDelete(await run(`kubectl delete ${named}`)));
      session.onRequestObserved = undefined;
      clearTimeout(hurry);
      setSpeed(1);
    },
  };
}

function namespaceFlag({ namespace }: ApplyStep): string {
  return namespace === undefined ? '' : ` -n ${namespace}`;
}

/** A file with what the server took of a manifest, or undefined when it took nothing. */
async function acceptedFile(
  terminal: Terminal,
  root: string,
  step: ApplyStep,
  output: string,
): Promise<string | undefined> {
  const { verbs, failed } = readApply(output);
  if (verbs.length === 0) return undefined;
  const whole = textOf(root, step.file);
  if (!failed && !hasGoneAtOnce(whole)) return `${FOLDER}/${step.file}`;
  const text = acceptedDocuments(whole, step.rejected);
  if (text === undefined) return undefined;
  const name = `accepted-${step.file.replaceAll('/', '-')}`;
  writeFileSync(join(await workFolder(terminal), name), text);
  return name;
}

/** The folder in which the terminal's commands run. */
async function workFolder(terminal: Terminal): Promise<string> {
  return (await terminal.run('pwd')).trim();
}

/** Objects that are collected soon after they are done; the cluster is looked at before. */
function hasShortLife(text: string): boolean {
  return text.includes('ttlSecondsAfterFinished') || text.includes('nodeName:');
}
