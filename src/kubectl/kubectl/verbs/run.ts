import { parseManifest } from '../../../api/manifest/parse.ts';
import { applyJsonPatch } from '../../../api/patch/json-patch.ts';
import { applyMergePatch } from '../../../api/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../../api/patch/strategic-apply.ts';
import { patchSchemaOf } from '../../../api/patch/patch-schema.ts';
import { isObject } from '../../../api/patch/json.ts';
import { schemaOf } from '../../../api/schema/lookup.ts';
import { resourceByKind } from '../discovery.ts';
import { fail, failUsage } from '../failure.ts';
import type { ApiObject, Fields } from '../objects.ts';
import type { Session } from '../session.ts';
import { createObject, maybeSaved, report } from '../writing.ts';
import { metadataOf, requireFlags } from './create/create.ts';

/** kubectl run: a Pod of one container. */
export async function run(session: Session): Promise<void> {
  const { flags, args } = session;
  const [name, ...rest] = args;
  requireFlags(session, 'image');
  if (name === undefined || name === '') failUsage('kubectl run', 'NAME is required for run');
  if (flags.text('image') === '') fail('--image is required');
  const interactive = flags.bool('stdin') || flags.bool('attach');
  if (flags.bool('rm') && !interactive)
    failUsage('kubectl run', '--rm should only be used for attached containers');
  if (flags.bool('tty') && !flags.bool('stdin'))
    failUsage('kubectl run', '-i/--stdin is required for containers with -t/--tty=true');
  if (flags.bool('expose') && !flags.has('port'))
    fail('--port must be set when exposing a service');
  const restartPolicy = flags.text('restart') === '' ? 'Always' : flags.text('restart');
  if (!['Always', 'OnFailure', 'Never'].includes(restartPolicy)) {
    failUsage('kubectl run', `invalid restart policy: ${restartPolicy}`);
  }
  const pod = overridden(session, podOf(session, name, rest, restartPolicy));
  if (flags.bool('expose')) {
    await send(session, serviceOf(session, name, pod), 'created');
    // Upstream parts the two twice.
    if (flags.text('output') === 'yaml') session.out('---\n---\n');
  }
  await send(session, pod, 'created');
  if (interactive && session.dryRun === 'none') {
    fail(
      'attaching to a container is not possible here: this terminal has no stream into containers; look at its output with `kubectl logs`',
    );
  }
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
    ...(stdin && restartPolicy !== 'Always' ? { stdinOnce: true } : {}),
    ...(stdin && restartPolicy === 'Always' ? { stdinOnce: true } : {}),
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
