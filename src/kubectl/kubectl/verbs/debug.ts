import { collect, targetsOf, type Info } from '../builder.ts';
import { resourceByKind } from '../discovery.ts';
import { fail, failUsage } from '../failure.ts';
import { fieldsAt, listAt, textAt, withField, type ApiObject, type Fields } from '../objects.ts';
import type { Session } from '../session.ts';
import { createObject, patchObject, throwAll } from '../writing.ts';

/** kubectl debug: a container beside those of a running Pod, a copy of a Pod, or a Pod on a node. */
export async function debug(session: Session): Promise<void> {
  const { flags, args, dashAt } = session;
  const names = dashAt === undefined ? args : args.slice(0, dashAt);
  const command = dashAt === undefined ? [] : args.slice(dashAt);
  const image = flags.text('image');
  if (image === '' && flags.text('copy-to') === '' && command.length === 0)
    fail('you must specify --image when not using --copy-to.');
  if (names.length === 0) failUsage('kubectl debug', 'NAME or filename is required for debug');
  if (!flags.has('profile')) {
    session.err(
      '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
    );
  }
  if (image === '' && flags.text('copy-to') === '')
    fail('you must specify an existing container or a new image when using args.');
  const wanted = names.map((name) => (name.includes('/') ? name : `pods/${name}`));
  const { infos, failures } = await collect(session, await targetsOf(session, { args: wanted }));
  throwAll(failures);
  for (const info of infos) {
    const name = flags.text('container') || `debugger-${suffixOf(session)}`;
    if (!flags.has('container') && info.object.kind === 'Pod' && flags.text('copy-to') === '') {
      session.err(`Defaulting debug container name to ${name}.\n`);
    }
    const container: Fields = {
      name,
      image,
      imagePullPolicy: flags.text('image-pull-policy') || 'IfNotPresent',
      ...(command.length === 0
        ? {}
        : { [flags.bool('arguments-only') ? 'args' : 'command']: command }),
      ...(flags.bool('stdin') ? { stdin: true } : {}),
      ...(flags.bool('tty') ? { tty: true } : {}),
      resources: {},
      terminationMessagePolicy: 'File',
    };
    if (info.object.kind === 'Node') await onNode(session, info, container);
    else if (flags.text('copy-to') !== '') await copy(session, info, container);
    else await ephemeral(session, info, container);
  }
}

/** Five letters that differ from run to run. */
function suffixOf({ context }: Session): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  let rest = context.now();
  let text = '';
  for (let i = 0; i < 5; i += 1) {
    text += letters.charAt(rest % letters.length);
    rest = Math.floor(rest / letters.length);
  }
  return text;
}

async function ephemeral(session: Session, info: Info, container: Fields): Promise<void> {
  const target = session.flags.text('target');
  const added = { ...container, ...(target === '' ? {} : { targetContainerName: target }) };
  const list = [...listAt(info.object, 'spec', 'ephemeralContainers'), added];
  await patchObject(
    session,
    info,
    {
      type: 'strategic',
      body: { spec: { ephemeralContainers: list } },
      subresource: 'ephemeralcontainers',
    },
    {},
  );
}

async function copy(
  session: Session,
  { object, resource, namespace }: Info,
  container: Fields,
): Promise<void> {
  const { flags } = session;
  const spec = { ...fieldsAt(object, 'spec') };
  delete (spec as Record<string, unknown>)['nodeName'];
  const old = listAt(spec, 'containers') as readonly Fields[];
  const isReplaced = old.some((each) => each['name'] === container['name']);
  const containers = isReplaced
    ? old.map((each) => (each['name'] === container['name'] ? { ...each, ...container } : each))
    : [...old, container];
  const pod = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: flags.text('copy-to'), ...(flags.bool('same-node') ? {} : {}) },
    spec: {
      ...spec,
      containers,
      ...(flags.bool('same-node') ? { nodeName: textAt(object, 'spec', 'nodeName') } : {}),
      ...(flags.bool('share-processes') ? { shareProcessNamespace: true } : {}),
    },
  };
  await createObject(session, { resource, namespace }, pod, 'kubectl-debug');
  if (flags.bool('replace')) {
    await session.ask({
      method: 'DELETE',
      path: `/api/v1/namespaces/${namespace}/pods/${object.metadata.name ?? ''}`,
    });
  }
}

async function onNode(session: Session, { object }: Info, container: Fields): Promise<void> {
  const node = object.metadata.name ?? '';
  const pods = resourceByKind(await session.discovery(), 'v1', 'Pod');
  if (pods === undefined) fail('the server doesn\'t have a resource type "pods"');
  const name = `node-debugger-${node}-${suffixOf(session)}`;
  session.err(`Creating debugging pod ${name} with container debugger on node ${node}.\n`);
  const pod = withField(
    {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
      spec: {
        containers: [
          {
            ...container,
            name: 'debugger',
            volumeMounts: [{ mountPath: '/host', name: 'host-root' }],
          },
        ],
        hostIPC: true,
        hostNetwork: true,
        hostPID: true,
        nodeName: node,
        restartPolicy: 'Never',
        tolerations: [{ operator: 'Exists' }],
        volumes: [{ name: 'host-root', hostPath: { path: '/' } }],
      },
    },
    [],
    undefined,
  ) as ApiObject;
  await createObject(
    session,
    { resource: pods, namespace: session.namespace },
    pod,
    'kubectl-debug',
  );
}
