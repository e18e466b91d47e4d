import { parseManifest } from '../../../api/manifest/parse.ts';
import { applyJsonPatch } from '../../../api/patch/json-patch.ts';
import { applyMergePatch } from '../../../api/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../../api/patch/strategic-apply.ts';
import { patchSchemaOf } from '../../../api/patch/patch-schema.ts';
import { isObject } from '../../../api/patch/json.ts';
import { schemaOf } from '../../../api/schema/lookup.ts';
import { resourceByKind, type Resource } from '../discovery.ts';
import { fail, failUsage, failVerbatim } from '../failure.ts';
import { isImageName } from '../image-name.ts';
import { listAt, textAt, type ApiObject, type Fields } from '../objects.ts';
import type { Session } from '../session.ts';
import { createObject, maybeSaved, report } from '../writing.ts';
import { attachOrLog, podWhen, printLog } from './attach-to.ts';
import { metadataOf, requireFlags } from './create/create.ts';
import { deleteTargets } from './delete.ts';

/** kubectl run: a Pod of one container. */
export async function run(session: Session): Promise<number> {
  const { flags, args } = session;
  const [name, ...rest] = args;
  requireFlags(session, 'image');
  if (name === undefined || name === '') failUsage('kubectl run', 'NAME is required for run');
  const image = flags.text('image');
  if (image === '') fail('--image is required');
  if (!isImageName(image))
    fail(`Invalid image name ${JSON.stringify(image)}: invalid reference format`);
  const attaches = flags.has('attach') ? flags.bool('attach') : flags.bool('stdin');
  if (flags.bool('rm') && !attaches)
    failUsage('kubectl run', '--rm should only be used for attached containers');
  if (flags.bool('tty') && !flags.bool('stdin'))
    failUsage('kubectl run', '-i/--stdin is required for containers with -t/--tty=true');
  if (flags.bool('expose') && !flags.has('port'))
    fail('--port must be set when exposing a service');
  const restartPolicy = flags.text('restart') === '' ? 'Always' : flags.text('restart');
  if (!['Always', 'OnFailure', 'Never'].includes(restartPolicy)) {
    failUsage('kubectl run', `invalid restart policy: ${restartPolicy}`);
  }
  if (attaches && session.dryRun !== 'none')
    failUsage(
      'kubectl run',
      "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
    );
  const pod = overridden(session, podOf(session, name, rest, restartPolicy));
  if (flags.bool('expose')) {
    await send(session, serviceOf(session, name, pod), 'created');
    // Upstream parts the two twice.
    if (flags.text('output') === 'yaml') session.out('---\n---\n');
  }
  if (!attaches) {
    await send(session, pod, 'created');
    return 0;
  }
  const resource = resourceByKind(await session.discovery(), 'v1', 'Pod');
  if (resource === undefined) return fail('the server doesn\'t have a resource type "pods"');
  const place = { resource, namespace: session.namespace };
  const made = await createObject(session, place, maybeSaved(session, pod), 'kubectl-run');
  try {
    return await attachAndWait(session, made, restartPolicy);
  } finally {
    if (flags.bool('rm')) await remove(session, { ...place, name: made.metadata.name ?? '' });
  }
}

async function remove(
  session: Session,
  target: { readonly resource: Resource; readonly namespace: string; readonly name: string },
): Promise<void> {
  // After Ctrl-C the Pod goes all the same.
  const { io } = session;
  const signal = new AbortController().signal;
  await deleteTargets({ ...session, io: { ...io, signal } }, [{ ...target, source: '' }], {
    gracePeriod: -1,
    propagation: 'Background',
    waits: false,
    timeout: 0,
    ignoresNotFound: true,
    isQuiet: session.flags.bool('quiet'),
  });
}

/** Attaches to a new Pod, and ends as its container does. */
async function attachAndWait(
  session: Session,
  made: ApiObject,
  restartPolicy: string,
): Promise<number> {
  const { flags } = session;
  const { namespace = '', name = '' } = made.metadata;
  const timeout = flags.duration('pod-running-timeout');
  const phaseOf = (pod: ApiObject): string => textAt(pod, 'status', 'phase');
  const hasEnded = (pod: ApiObject): boolean => ['Succeeded', 'Failed'].includes(phaseOf(pod));
  const isReady = (pod: ApiObject): boolean =>
    listAt(pod, 'status', 'conditions').some(
      (each) => textAt(each, 'type') === 'Ready' && textAt(each, 'status') === 'True',
    );
  const pod = await podWhen(
    session,
    { namespace, name },
    timeout,
    (each) => hasEnded(each) || (phaseOf(each) === 'Running' && isReady(each)),
  );
  if (pod === undefined) return 130;
  const attachment = {
    pod,
    container: '',
    stdin: flags.bool('stdin'),
    tty: flags.bool('tty'),
    quiet: flags.bool('quiet'),
  };
  if (hasEnded(pod)) await printLog(session, attachment);
  else {
    const code = await attachOrLog(session, attachment);
    if (session.io.signal.aborted) return code;
  }
  if (flags.bool('leave-stdin-open') || restartPolicy === 'Always') return 0;
  const ended = await podWhen(session, { namespace, name }, timeout, (each) =>
    restartPolicy === 'OnFailure' ? phaseOf(each) === 'Succeeded' : hasEnded(each),
  );
  if (ended === undefined) return 130;
  if (phaseOf(ended) === 'Succeeded') return 0;
  const [status] = listAt(ended, 'status', 'containerStatuses');
  const rc = Number(textAt(status, 'state', 'terminated', 'exitCode') || 0);
  if (rc === 0) return fail(`pod ${namespace}/${name} failed with unknown exit code`);
  const reason = textAt(status, 'state', 'terminated', 'reason');
  const message = textAt(status, 'state', 'terminated', 'message');
  return failVerbatim(
    `pod ${namespace}/${name} terminated (${reason})${message === '' ? '' : `\n${message}`}`,
    rc,
  );
}

async function send(session: Session, object: ApiObject, operation: string): Promise<void> {
  const saved = maybeSaved(session, object);
  if (session.dryRun === 'client') {
    report(session, saved, operation, { typed: true });
    return;
  }
  const resource = resourceByKind(await session.discovery(), object.apiVersion, object.kind);
  if (resource === undefined) return fail(`no matches for kind ${JSON.stringify(object.kind)}`);
  const place = { resource, namespace: session.namespace };
  report(session, await createObject(session, place, saved, 'kubectl-run'), operation, {
    typed: true,
  });
}

function podOf(
  session: Session,
  name: string,
  rest: readonly string[],
  restartPolicy: string,
): ApiObject {
  const { flags } = session;
  const labels = labelsOf(flags.text('labels')) ?? { run: name };
  const annotations = Object.fromEntries(flags.list('annotations').map(pairOf));
  const env = flags.list('env').map((each) => {
    const [key, value] = pairOf(each);
    return { name: key, ...(value === '' ? {} : { value }) };
  });
  const stdin = flags.bool('stdin');
  const pullPolicy = flags.text('image-pull-policy');
  const container: Fields = {
    name,
    image: flags.text('image'),
    ...(rest.length === 0 ? {} : { [flags.bool('command') ? 'command' : 'args']: rest }),
    ...(flags.text('port') === ''
      ? {}
      : { ports: [{ containerPort: Number(flags.text('port')) }] }),
    ...(env.length === 0 ? {} : { env }),
    resources: {},
    ...(pullPolicy === '' ? {} : { imagePullPolicy: pullPolicy }),
    ...(flags.bool('privileged') ? { securityContext: { privileged: true } } : {}),
    ...(stdin ? { stdin: true } : {}),
    ...(stdin && !flags.bool('leave-stdin-open') ? { stdinOnce: true } : {}),
    ...(flags.bool('tty') ? { tty: true } : {}),
  };
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: metadataOf(session, name, {
      labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    }),
    spec: { containers: [container], restartPolicy, dnsPolicy: 'ClusterFirst' },
    status: {},
  };
}

function pairOf(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** `a=b,c=d` as a map; undefined for none. */
export function labelsOf(text: string): Readonly<Record<string, string>> | undefined {
  if (text === '') return undefined;
  return Object.fromEntries(
    text.split(',').map((each) => {
      if (!each.includes('=')) return fail(`unexpected label spec: ${each}`);
      return pairOf(each);
    }),
  );
}

function serviceOf(session: Session, name: string, pod: ApiObject): ApiObject {
  const port = Number(session.flags.text('port'));
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: metadataOf(session, name),
    spec: {
      ports: [{ protocol: 'TCP', port, targetPort: port }],
      selector: pod.metadata.labels ?? {},
    },
    status: { loadBalancer: {} },
  };
}

/** Applies `--overrides`, which may be JSON or YAML. */
export function overridden(session: Session, object: ApiObject): ApiObject {
  const { flags } = session;
  const text = flags.text('overrides');
  if (text === '') return object;
  const value = parseManifest(text).documents[0]?.value;
  let result: unknown;
  switch (flags.text('override-type')) {
    case 'json': {
      const patched = applyJsonPatch(object, value);
      result = patched.ok ? patched.value : fail(patched.error.message);
      break;
    }
    case 'strategic': {
      const schema = schemaOf(object.apiVersion, object.kind);
      if (schema === undefined || !isObject(value)) return fail('cannot apply the overrides');
      const patched = applyStrategicMergePatch(object, value, patchSchemaOf(schema));
      result = patched.ok ? patched.value : fail(patched.error.message);
      break;
    }
    default:
      result = applyMergePatch(object, value);
  }
  return result as ApiObject;
}
