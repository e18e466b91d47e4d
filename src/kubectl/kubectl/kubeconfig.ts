import { parseManifest } from '../../api/manifest/parse.ts';
import { stringifyYaml } from '../../api/manifest/stringify.ts';
import type { ProgramIo } from '../program.ts';
import { fail, failVerbatim } from './failure.ts';
import type { Flags } from './flags.ts';
import { isFields, listAt, textAt, type Fields } from './objects.ts';

/** A kubeconfig file, as far as kubectl here makes use of it. Lists are kept as the file has them. */
export interface KubeConfig {
  readonly path: string;
  readonly value: Fields;
}

/** What the page's kubectl finds where no file says otherwise. */
const ownConfig: Fields = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'kubarium', cluster: { server: 'https://cp-1:6443' } }],
  users: [{ name: 'kubernetes-admin', user: {} }],
  contexts: [
    {
      name: 'kubernetes-admin@kubarium',
      context: { cluster: 'kubarium', user: 'kubernetes-admin' },
    },
  ],
  'current-context': 'kubernetes-admin@kubarium',
};

/** Reads the kubeconfig that the command line or the environment names. */
export function readKubeConfig(io: ProgramIo, flags: Flags): KubeConfig {
  const path = configPath(io, flags);
  const text = io.files.read(path);
  if (text === undefined) return { path, value: ownConfig };
  const value = parseManifest(text).documents[0]?.value;
  return { path, value: isFields(value) ? value : ownConfig };
}

function configPath(io: ProgramIo, flags: Flags): string {
  const named = flags.text('kubeconfig');
  if (named !== '') return io.files.resolve(named);
  const fromEnvironment = (io.environment.get('KUBECONFIG') ?? '').split(':').find((each) => each);
  if (fromEnvironment !== undefined) return io.files.resolve(fromEnvironment);
  return `${io.environment.get('HOME') ?? '/home/you'}/.kube/config`;
}

export function writeKubeConfig(io: ProgramIo, { path }: KubeConfig, value: Fields): void {
  io.files.write(path, stringifyYaml(value));
}

/** The entry of a list (`contexts`, `clusters`, `users`) by its name. */
export function entryOf(config: KubeConfig, list: string, name: string): Fields | undefined {
  const found = listAt(config.value, list).find((each) => textAt(each, 'name') === name);
  return isFields(found) ? found : undefined;
}

export function currentContext(config: KubeConfig, flags: Flags): string {
  const named = flags.text('context');
  return named === '' ? textAt(config.value, 'current-context') : named;
}

/** The namespace of the current context, `default` where it names none. */
export function contextNamespace(config: KubeConfig, flags: Flags): string {
  const context = entryOf(config, 'contexts', currentContext(config, flags));
  const namespace = textAt(context, 'context', 'namespace');
  return namespace === '' ? 'default' : namespace;
}

/** The address of the cluster of the current context. */
export function serverAddress(config: KubeConfig, flags: Flags): string {
  const named = flags.text('server');
  if (named !== '') return named;
  const context = entryOf(config, 'contexts', currentContext(config, flags));
  const cluster = entryOf(config, 'clusters', textAt(context, 'context', 'cluster'));
  return textAt(cluster, 'cluster', 'server');
}

/** The token to show: `--token`, or that of the user of the current context; empty for the client's own credentials. */
export function tokenOf(config: KubeConfig, flags: Flags): string {
  const given = flags.text('token');
  if (given !== '') return given;
  const context = entryOf(config, 'contexts', currentContext(config, flags));
  const user =
    entryOf(config, 'users', flags.text('user')) ??
    entryOf(config, 'users', textAt(context, 'context', 'user'));
  return textAt(user, 'user', 'token');
}

/** Commands whose own `--user` names whom something is granted to. */
const namesSubjects = new Set(['set subject', 'create rolebinding', 'create clusterrolebinding']);

/** Leaves with client-go's words where flags name what the kubeconfig has not. */
export function refuseWrongConfig(
  config: KubeConfig,
  flags: Flags,
  { io, command }: { readonly io: ProgramIo; readonly command: string },
): void {
  const file = flags.text('kubeconfig');
  if (file !== '' && io.files.read(io.files.resolve(file)) === undefined) {
    fail(`stat ${file}: no such file or directory`);
  }
  const [context, cluster, user] = ['context', 'cluster', 'user'].map((each) => flags.text(each));
  if (
    context !== undefined &&
    context !== '' &&
    entryOf(config, 'contexts', context) === undefined
  ) {
    failVerbatim(`Error in configuration: context was not found for specified context: ${context}`);
  }
  if (
    !namesSubjects.has(command) &&
    user !== undefined &&
    user !== '' &&
    entryOf(config, 'users', user) === undefined
  ) {
    fail(`auth info ${JSON.stringify(user)} does not exist`);
  }
  if (
    cluster !== undefined &&
    cluster !== '' &&
    entryOf(config, 'clusters', cluster) === undefined
  ) {
    fail(`no server found for cluster ${JSON.stringify(cluster)}`);
  }
  const isSaidMore =
    flags.list('as-group').length > 0 ||
    flags.text('as-uid') !== '' ||
    flags.list('as-user-extra').length > 0;
  if (flags.text('as') === '' && isSaidMore) {
    const entry = entryOf(config, 'contexts', currentContext(config, flags));
    const name = textAt(entry, 'context', 'user');
    fail(`requesting uid, groups or user-extra for ${name} without impersonating a user`);
  }
}
