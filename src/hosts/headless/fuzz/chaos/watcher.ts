import type { ConnectionLost } from '../../../../kernel/kernel.ts';
import { defineBehaviour, type Env } from '../../../../kernel/process.ts';
import { below, pick } from '../../../../kernel/random.ts';
import { SECOND } from '../../../../kernel/time.ts';
import type {
  EtcdEvent,
  EtcdRequest,
  EtcdResponse,
  EtcdWatchEvents,
} from '../../../../cluster/messages.ts';

/**
 * A client of etcd's that watches everything, goes to another member when its own is gone and now and then for no
 * reason, takes up where it stood, and writes down what it is told.
 */
export interface ChaosWatcherConfig {
  readonly members: readonly string[];
  readonly key: string;
  readonly end: string;
}

export interface ChaosWatcherDisk {
  /** Revisions with what happened to which key, in the order of their coming. */
  readonly seen: string[];
  /** Everything up to this revision has been told. */
  revision: number;
}

interface ChaosWatcherMemory {
  /** The number of the watch that counts; answers to earlier ones do not. */
  watch: number;
  member: string;
}

type ChaosWatcherMessage =
  | { readonly type: 'chaos/move'; readonly watch: number }
  | EtcdRequest
  | EtcdResponse
  | EtcdWatchEvents
  | ConnectionLost;

const MOVE_EVERY_SECONDS = 25;

export const chaosWatcher = defineBehaviour<
  ChaosWatcherConfig,
  ChaosWatcherDisk,
  ChaosWatcherMemory,
  ChaosWatcherMessage
>({
  kind: 'chaos-watcher',
  initialDisk: () => ({ seen: [], revision: 0 }),
  start(disk, env, config) {
    const memory: ChaosWatcherMemory = { watch: 0, member: '' };
    open({ disk, memory, config }, env);
    return memory;
  },
  step(watcher, message, env) {
    const { disk, memory } = watcher;
    switch (message.type) {
      case 'etcd/events':
        if (message.id !== memory.watch || env.from !== memory.member) return;
        for (const event of message.events) disk.seen.push(eventText(event));
        disk.revision = Math.max(disk.revision, message.revision);
        return;
      case 'etcd/error':
        if (message.id === memory.watch)
          env.after(SECOND, { type: 'chaos/move', watch: memory.watch });
        return;
      case 'kernel/connection-lost':
        if (message.peer === memory.member)
          env.after(SECOND, { type: 'chaos/move', watch: memory.watch });
        return;
      case 'chaos/move':
        if (message.watch === memory.watch) open(watcher, env);
        return;
      default:
        return;
    }
  },
});

function open(
  {
    disk,
    memory,
    config,
  }: {
    readonly disk: ChaosWatcherDisk;
    readonly memory: ChaosWatcherMemory;
    readonly config: ChaosWatcherConfig;
  },
  env: Env<ChaosWatcherMessage>,
): void {
  const stream = env.random('member');
  memory.watch += 1;
  memory.member = pick(stream, config.members);
  env.send(memory.member, {
    type: 'etcd/watch',
    id: memory.watch,
    key: config.key,
    end: config.end,
    fromRevision: disk.revision + 1,
  });
  const stay = SECOND * (5 + below(stream, 2 * MOVE_EVERY_SECONDS));
  env.after(stay, { type: 'chaos/move', watch: memory.watch });
}

/** A change in one line, as it is compared. */
export function eventText({ kind, key, keyValue }: EtcdEvent): string {
  return `${keyValue.modRevision} ${kind} ${key} ${kind === 'put' ? String(keyValue.value) : ''}`;
}
