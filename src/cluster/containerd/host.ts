import type { Micros } from '../../kernel/time.ts';
import { profileOf } from '../programs/catalogue.ts';
import type { LocalAnswer } from '../programs/commands/command.ts';
import type { FileTable } from '../programs/files.ts';
import { parseImageReference } from '../programs/image-reference.ts';
import type { ImageProfile } from '../programs/image-profile.ts';
import type { Host } from '../programs/program.ts';
import { answerOn } from '../programs/program-probes.ts';
import { appendLog } from './logs.ts';
import type { Container, ContainerdDisk, Runtime } from './state.ts';

/** The profile of a container's image. Its reference was readable when it was pulled. */
export function profileOfContainer(container: Container): ImageProfile {
  const reference = parseImageReference(container.config.image);
  if (typeof reference === 'string') throw new TypeError(reference);
  return profileOf(reference);
}

/** What a container's program can reach. */
export function hostOf(runtime: Runtime, container: Container, now: Micros): Host {
  const { disk, config } = runtime;
  return {
    now,
    epochMillis: config.epochMillis,
    config: container.config,
    profile: profileOfContainer(container),
    volume: (name) => volumeOf(disk, container.config.podUid, name),
    write: (stream, text) => appendLog(container, now, stream, text),
    local: (port, path) => answerInPod(runtime, container.config.podUid, now, port, path),
  };
}

function volumeOf(disk: ContainerdDisk, podUid: string, name: string): FileTable {
  if (name.startsWith('host/')) return tableIn(disk.hostVolumes, name);
  let volumes = disk.volumes.get(podUid);
  if (volumes === undefined) {
    volumes = new Map();
    disk.volumes.set(podUid, volumes);
  }
  return tableIn(volumes, name);
}

function tableIn(tables: Map<string, FileTable>, name: string): FileTable {
  let table = tables.get(name);
  if (table === undefined) {
    table = new Map();
    tables.set(name, table);
  }
  return table;
}

/** What answers on a port of a Pod's address: a container that names the port before one that takes any. */
export function answerInPod(
  runtime: Runtime,
  podUid: string,
  now: Micros,
  port: number,
  path: string,
): LocalAnswer {
  const ids = runtime.disk.sandboxes.get(podUid)?.containers ?? [];
  for (const anyPort of [false, true]) {
    for (const id of ids) {
      const container = runtime.disk.containers.get(id);
      if (container?.program === undefined) continue;
      const host = {
        now,
        config: container.config,
        profile: profileOfContainer(container),
        volume: (name: string) => volumeOf(runtime.disk, podUid, name),
      };
      const answer = answerOn(container.program, host, port, path, anyPort);
      if (answer !== undefined) return answer;
    }
  }
  return REFUSED;
}

const REFUSED: LocalAnswer = Object.freeze({ kind: 'refused' });
