import { base64OfText } from '../../../../api/base64.ts';
import { parseToLabelSelector } from '../../../../api/selectors/label-selector.ts';
import { asFailure, fail, failUsage, Failure } from '../../failure.ts';
import { refuseWrongQuantity } from '../../quantities.ts';
import { hashOf } from '../../content-hash.ts';
import type { ApiObject, Fields } from '../../objects.ts';
import { valuePrinterOf } from '../../printers/values.ts';
import type { Session } from '../../session.ts';
import { metadataOf, nameArgument, requireFlags, runGenerator } from './create.ts';
import { base64Of, keyedSources, sortedData } from './sources.ts';

/** kubectl create configmap. */
export async function createConfigMap(session: Session): Promise<void> {
  const name = nameArgument(session);
  refuseMixedSources(session);
  const entries = keyedSources(session, 'ConfigMap');
  const object: ApiObject = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: metadataOf(session, name),
    data: sortedData(
      entries.filter((each) => each.isText),
      (each) => each.text,
    ),
    binaryData: sortedData(
      entries.filter((each) => !each.isText),
      base64Of,
    ),
  };
  await runGenerator(session, maybeHashed(session, object), 'failed to create configmap: ');
}

function refuseMixedSources({ flags }: Session): void {
  const other = flags.list('from-file').length > 0 || flags.list('from-literal').length > 0;
  if (flags.list('from-env-file').length > 0 && other) {
    fail('from-env-file cannot be combined with from-file or from-literal');
  }
}

/** `--append-hash`: the object under a name that ends in a hash of its content, in upstream's letters. */
function maybeHashed({ flags }: Session, object: ApiObject): ApiObject {
  if (!flags.bool('append-hash')) return object;
  const name = object.metadata.name ?? '';
  return { ...object, metadata: { ...object.metadata, name: `${name}-${hashOf(object)}` } };
}

/** kubectl create secret generic. */
export async function createGenericSecret(session: Session): Promise<void> {
  const name = nameArgument(session);
  refuseMixedSources(session);
  const type = session.flags.text('type');
  const object: ApiObject = {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: metadataOf(session, name),
    data: sortedData(keyedSources(session, 'Secret'), base64Of),
    ...(type === '' ? {} : { type }),
  };
  await runGenerator(session, maybeHashed(session, object), 'failed to create secret ');
}

/** kubectl create secret docker-registry. */
export async function createRegistrySecret(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  let data: Readonly<Record<string, string>> | undefined;
  const files = keyedSources(session, 'Secret');
  if (files.length > 0) {
    data = Object.fromEntries(files.map((each) => ['.dockerconfigjson', base64Of(each)]));
  } else {
    const missing = ['docker-username', 'docker-password'].filter(
      (each) => flags.text(each) === '',
    );
    if (missing.length > 0) {
      fail(
        `either --from-file or the combination of --docker-username, --docker-password and --docker-server is required`,
      );
    }
    const username = flags.text('docker-username');
    const password = flags.text('docker-password');
    const email = flags.text('docker-email');
    const server = flags.list('docker-server')[0] ?? flags.text('docker-server');
    const auths = {
      auths: {
        [server]: {
          username,
          password,
          ...(email === '' ? {} : { email }),
          auth: base64OfText(`${username}:${password}`),
        },
      },
    };
    data = { '.dockerconfigjson': base64OfText(JSON.stringify(auths)) };
  }
  const object: ApiObject = {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: metadataOf(session, name),
    data,
    type: 'kubernetes.io/dockerconfigjson',
  };
  await runGenerator(session, maybeHashed(session, object), 'failed to create secret ');
}

/** kubectl create secret tls. */
export async function createTlsSecret(session: Session): Promise<void> {
  const { flags, io } = session;
  const name = nameArgument(session);
  if (flags.text('key') === '' || flags.text('cert') === '') {
    fail('key and cert must be specified');
  }
  const read = (path: string): string => {
    const text = io.files.read(io.files.resolve(path));
    return text ?? fail(`Cannot read file ${path}, open ${path}: no such file or directory`);
  };
  const certificate = read(flags.text('cert'));
  const key = read(flags.text('key'));
  if (!certificate.includes('-----BEGIN CERTIFICATE-----')) {
    fail('tls: failed to find any PEM data in certificate input');
  }
  await runGenerator(
    session,
    {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: metadataOf(session, name),
      data: { 'tls.crt': base64OfText(certificate), 'tls.key': base64OfText(key) },
      type: 'kubernetes.io/tls',
    },
    'failed to create secret ',
  );
}

/** kubectl create namespace. */
export async function createNamespace(session: Session): Promise<void> {
  const name = nameArgument(session);
  await runGenerator(session, {
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: { name },
    spec: {},
    status: {},
  });
}

/** kubectl create serviceaccount. */
export async function createServiceAccount(session: Session): Promise<void> {
  const name = nameArgument(session);
  await runGenerator(
    session,
    { kind: 'ServiceAccount', apiVersion: 'v1', metadata: metadataOf(session, name) },
    'failed to create serviceaccount: ',
  );
}

/** kubectl create quota. */
export async function createQuota(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  const hard: Record<string, string> = {};
  for (const part of flags
    .text('hard')
    .split(',')
    .filter((each) => each !== '')) {
    const [key = '', value] = part.split('=');
    if (value === undefined) fail(`Invalid argument syntax ${part}, expected <resource>=<value>`);
    refuseWrongQuantity(value);
    hard[key] = value;
  }
  const scopes = flags
    .text('scopes')
    .split(',')
    .filter((each) => each !== '');
  await runGenerator(
    session,
    {
      kind: 'ResourceQuota',
      apiVersion: 'v1',
      metadata: metadataOf(session, name),
      spec: {
        ...(Object.keys(hard).length === 0 ? {} : { hard }),
        ...(scopes.length === 0 ? {} : { scopes }),
      },
      status: {},
    },
    'failed to create quota: ',
  );
}

/** kubectl create poddisruptionbudget. */
export async function createBudget(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  requireFlags(session);
  if (flags.text('selector') === '') fail('a selector must be specified');
  const [min, max] = [flags.text('min-available'), flags.text('max-unavailable')];
  if (min === '' && max === '') fail('one of min-available or max-unavailable must be specified');
  if (min !== '' && max !== '') fail('min-available and max-unavailable cannot be both specified');
  if (min !== '' && !/^[0-9]+%?$/.test(min)) fail('invalid format specified for min-available');
  if (max !== '' && !/^[0-9]+%?$/.test(max)) fail('invalid format specified for max-unavailable');
  const selector = parseToLabelSelector(flags.text('selector'));
  if (!selector.ok) fail(selector.error);
  await runGenerator(
    session,
    {
      kind: 'PodDisruptionBudget',
      apiVersion: 'policy/v1',
      metadata: metadataOf(session, name),
      spec: {
        ...(min === ''
          ? { maxUnavailable: numberOrText(max) }
          : { minAvailable: numberOrText(min) }),
        selector: selector.value,
      },
      status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    },
    'failed to create poddisruptionbudgets: ',
  );
}

export function numberOrText(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** kubectl create priorityclass. */
export async function createPriorityClass(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  const description = flags.text('description');
  await runGenerator(
    session,
    {
      kind: 'PriorityClass',
      apiVersion: 'scheduling.k8s.io/v1',
      metadata: { name },
      value: flags.int('value'),
      ...(flags.bool('global-default') ? { globalDefault: true } : {}),
      ...(description === '' ? {} : { description }),
      preemptionPolicy:
        flags.text('preemption-policy') === ''
          ? 'PreemptLowerPriority'
          : flags.text('preemption-policy'),
    },
    'failed to create priorityclass: ',
  );
}

const boundKinds: Readonly<Record<string, string>> = { Node: 'v1', Pod: 'v1', Secret: 'v1' };

/** With whom a token ends. */
function boundObjectOf({ flags }: Session): Fields | undefined {
  const kind = flags.text('bound-object-kind');
  const name = flags.text('bound-object-name');
  const uid = flags.text('bound-object-uid');
  if (kind === '') {
    if (name !== '') {
      fail('--bound-object-name can only be set if --bound-object-kind is provided');
    }
    if (uid !== '') fail('--bound-object-uid can only be set if --bound-object-kind is provided');
    return undefined;
  }
  if (!Object.hasOwn(boundKinds, kind)) {
    fail(`supported --bound-object-kind values are ${Object.keys(boundKinds).join(', ')}`);
  }
  if (name === '') fail('--bound-object-name is required if --bound-object-kind is provided');
  return { kind, apiVersion: boundKinds[kind], name, ...(uid === '' ? {} : { uid }) };
}

/** kubectl create token: prints a token of a service account. */
export async function createToken(session: Session): Promise<void> {
  const { flags } = session;
  const [name] = session.args;
  if (session.args.length !== 1 || name === undefined) {
    failUsage('kubectl create token', `exactly one NAME is required, got ${session.args.length}`);
  }
  const bound = boundObjectOf(session);
  if (flags.has('duration')) {
    if (flags.duration('duration') < 0) fail('--duration must be greater than or equal to 0');
    if (flags.duration('duration') % 1000 !== 0) {
      fail('--duration cannot be expressed in units less than seconds');
    }
  }
  const seconds = flags.has('duration') ? Math.round(flags.duration('duration') / 1000) : undefined;
  const audiences = flags.list('audience');
  const answer = (await session
    .ask({
      method: 'POST',
      path: `/api/v1/namespaces/${session.namespace}/serviceaccounts/${encodeURIComponent(name)}/token`,
      body: {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: {},
        spec: {
          ...(audiences.length === 0 ? {} : { audiences }),
          ...(seconds === undefined ? {} : { expirationSeconds: seconds }),
          ...(bound === undefined ? {} : { boundObjectRef: bound }),
        },
      },
    })
    .catch((error: unknown) => {
      throw new Failure(`failed to create token: ${asFailure(error).message}`);
    })) as { status?: { token?: string } };
  const printer = valuePrinterOf(session, { typed: true });
  if (printer !== undefined) {
    session.out(printer.print(answer) + printer.end());
    return;
  }
  // Without an end of line, so that a script can take it as it is.
  session.out(answer.status?.token ?? '');
}
