import type { MachineAnswers, MachineQuestion } from '../../api/machines/questions.ts';
import { iptablesSave } from '../../cluster/network/iptables.ts';
import { processNames } from '../../cluster/set-up.ts';
import type { ContainerdConfig } from '../../cluster/containerd/state.ts';
import type { World } from '../../kernel/world.ts';
import type { Session } from '../session.ts';
import {
  actOnPower,
  actOnUnit,
  changeManifest,
  restore,
  saveSnapshot,
  type Snapshots,
} from './acts.ts';
import { askHttp, askName, askProcess, openPort, ping } from './connections.ts';
import { containerdDisk, machineFacts, machineRows } from './facts.ts';
import { containerLog, journalOf } from './journal.ts';
import { reachThrough } from './reach.ts';

/** Answers what tools on the machines ask. */
export interface MachineDesk {
  /** Whether a question changes something, which must then survive a reload. */
  isAct(question: MachineQuestion): boolean;
  /** `onAnswer` is called at most once: what is lost on the way, or asked of something that hangs, has no answer. */
  answer<Question extends MachineQuestion>(
    session: Session,
    question: Question,
    onAnswer: (answer: MachineAnswers[Question['kind']]) => void,
  ): void;
}

/** Kinds of questions that change something at once. */
const ACTS: ReadonlySet<MachineQuestion['kind']> = new Set([
  'unit',
  'power',
  'manifest',
  'restore',
]);

export function createMachineDesk(): MachineDesk {
  const snapshots: Snapshots = new Map();
  return {
    isAct: ({ kind }) => ACTS.has(kind),
    answer(session, question, onAnswer) {
      // Each case answers with what its kind of question is answered with.
      answerTo(session, snapshots, question, onAnswer as (answer: unknown) => void);
    },
  };
}

type Tell = (answer: unknown) => void;

function answerTo(
  session: Session,
  snapshots: Snapshots,
  question: MachineQuestion,
  tell: Tell,
): void {
  const { world } = session;
  switch (question.kind) {
    case 'machines':
      return tell(machineRows(world));
    case 'facts':
      return tell(machineFacts(world, question.machine));
    case 'reach':
      return tell(reachThrough(world, question.from, question.to));
    case 'process':
      return askProcess(session, question, tell);
    case 'http':
      return askHttp(session, question, tell);
    case 'open':
      return openPort(session, question, tell);
    case 'echo':
      return ping(session, question, tell);
    case 'dns':
      return askName(session, question, tell);
    case 'rules':
      return tell(rulesOf(world, question.machine));
    case 'container-log':
      return tell(containerLog(world, question));
    case 'journal':
      return tell(journalOf(world, question));
    case 'unit':
      return tell(actOnUnit(session, question));
    case 'power':
      return tell(actOnPower(session, question));
    case 'manifest':
      return tell(changeManifest(session, question));
    case 'snapshot':
      return saveSnapshot(session, snapshots, question, tell);
    case 'restore':
      return tell(restore(session, snapshots, question));
  }
}

function rulesOf(world: World, machine: string): string {
  const disk = containerdDisk(world, machine);
  if (disk === undefined) return '';
  // Processes of these names have these configs.
  const config = world.processes.get(processNames.containerd(machine))?.config as ContainerdConfig;
  return iptablesSave(disk.network.rules.values(), {
    name: machine,
    zone: disk.network.zone,
    ip: disk.nodeIp,
    clusterCidr: config.clusterCidr ?? '',
  });
}
