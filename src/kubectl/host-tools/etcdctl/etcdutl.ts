import type { Program, ProgramIo } from '../../program.ts';
import { humanBytes } from '../amounts.ts';
import { boxTable } from '../box-table.ts';
import { readGoLine, type GoLine } from '../go-flags.ts';
import { readSnapshot, type SavedSnapshot } from './snapshot-file.ts';

/** `etcdutl` 3.6: what is done to a snapshot without a running member. */

const VERSION = '3.6.6';
const FLAGS = {
  valued: [
    'write-out',
    'data-dir',
    'wal-dir',
    'name',
    'initial-cluster',
    'initial-cluster-token',
    'initial-advertise-peer-urls',
    'bump-revision',
  ],
  switches: ['skip-hash-check', 'mark-compacted', 'help'],
  letters: { w: 'write-out', h: 'help' },
};

export const etcdutl: Program = async (args, io, context) => {
  const line = readGoLine(args, FLAGS);
  if (typeof line === 'string') return fail(io, line);
  const [name, verb, path] = line.words;
  if (name === 'version') {
    io.out(`etcdutl version: ${VERSION}\nAPI version: 3.6\n`);
    return 0;
  }
  if (name !== 'snapshot' || (verb !== 'status' && verb !== 'restore')) {
    io.out(HELP);
    return name === undefined || line.has('help') ? 0 : 1;
  }
  if (path === undefined) return fail(io, `snapshot ${verb} requires exactly one argument`, 128);
  const text = io.files.read(io.files.resolve(path));
  if (text === undefined) return fail(io, `stat ${path}: no such file or directory`);
  const saved = readSnapshot(text);
  if (saved === undefined)
    return fail(io, 'snapshot file integrity check failed: invalid database');
  if (verb === 'status') return status(io, line, saved);
  const bumpRevision = Number(line.value('bump-revision') ?? 0);
  const directory = line.value('data-dir') ?? `${line.value('name') ?? 'default'}.etcd`;
  const log = (message: string): void =>
    io.err(
      `${new Date(context.now()).toISOString()}\tinfo\tsnapshot/v3_snapshot.go\t${message}\t{"path": "${path}", "data-dir": "${directory}"}\n`,
    );
  log('restoring snapshot');
  const refusal = await context.machines?.({
    kind: 'restore',
    snapshot: saved.id,
    bumpRevision: Number.isFinite(bumpRevision) ? bumpRevision : 0,
  });
  if (refusal !== undefined) return fail(io, `kubarium: ${refusal}`);
  log('restored snapshot');
  io.err(
    'kubarium: every member has been given the restored data and started anew at once; for a real cluster restore on each member and point hostPath in its etcd.yaml at the new directory\n',
  );
  if (bumpRevision === 0)
    io.err(
      'kubarium: revisions are used again without --bump-revision; restart the API servers and their clients, whose caches are ahead\n',
    );
  return 0;
};

function status(io: ProgramIo, line: GoLine, saved: SavedSnapshot): number {
  const format = line.value('write-out') ?? 'simple';
  const hash = saved.hash.slice(0, 8);
  const row = [
    hash,
    String(saved.revision),
    String(saved.totalKeys),
    humanBytes(saved.totalSize),
    '3.6.0',
  ];
  if (format === 'table')
    io.out(boxTable(['hash', 'revision', 'total keys', 'total size', 'version'], [row]));
  else if (format === 'json') io.out(`${statusJson(saved)}\n`);
  else io.out(`${row.join(', ')}\n`);
  return 0;
}

function statusJson({ hash, revision, totalKeys, totalSize }: SavedSnapshot): string {
  const number = Number.parseInt(hash.slice(0, 8), 16);
  return JSON.stringify({
    hash: number,
    revision,
    totalKey: totalKeys,
    totalSize,
    version: '3.6.0',
  });
}

function fail(io: ProgramIo, message: string, code = 1): number {
  io.err(`Error: ${message}\n`);
  return code;
}

const HELP = `Usage:
  etcdutl [command]

Available Commands:
  snapshot    Manages etcd node snapshots
  version     Prints the version of etcdutl

Snapshot commands:
  restore     Restores an etcd member snapshot to an etcd directory
  status      Gets backend snapshot status of a given file
`;
