import { parseManifest } from '../../../api/manifest/parse.ts';
import { applyStrategicMergePatch } from '../../../api/patch/strategic-apply.ts';
import { patchSchemaOf } from '../../../api/patch/patch-schema.ts';
import { structSchema } from '../../../api/schema/lookup.ts';
import { collect, targetsOf, type Info } from '../builder.ts';
import { resourceByKind } from '../discovery.ts';
import { fail } from '../failure.ts';
import { isImageName } from '../image-name.ts';
import { namesFiles } from '../manifests.ts';
import {
  at,
  fieldsAt,
  isFields,
  listAt,
  textAt,
  withField,
  type ApiObject,
  type Fields,
} from '../objects.ts';
import type { Session } from '../session.ts';
import { FOR_EVER_MILLIS } from '../until.ts';
import { createObject, patchObject, throwAll } from '../writing.ts';
import { attachOrLog, podWhen, printLog } from './attach-to.ts';
import { profileNamed, type DebugProfile } from './debug-profiles.ts';

/** What a command line asks for. */
interface Wish {
  readonly image: string;
  readonly container: string;
  readonly copyTo: string;
  readonly target: string;
  readonly images: ReadonlyMap<string, string>;
  /** What stands behind `--`. */
  readonly words: readonly string[];
  readonly attaches: boolean;
  readonly quiet: boolean;
  readonly profile: DebugProfile;
  readonly custom: Fields | undefined;
}

/** kubectl debug: a container beside those of a running Pod, a copy of a Pod, or a Pod on a node. */
export async function debug(session: Session): Promise<number> {
  const { args, dashAt } = session;
  const names = dashAt === undefined ? args : args.slice(0, dashAt);
  const wish = wishOf(session, names, dashAt === undefined ? [] : args.slice(dashAt));
  const wanted = names.map((name) => (name.includes('/') ? name : `pods/${name}`));
  const { infos, failures } = await collect(session, await targetsOf(session, { args: wanted }));
  throwAll(failures);
  for (const info of infos) {
    const made = await start(session, info, wish);
    if (!wish.attaches || made.container === '') continue;
    const code = await attachWhenRunning(session, made, wish);
    if (code !== 0) return code;
  }
  return 0;
}

interface Made {
  readonly pod: ApiObject;
  /** Empty: none was added. */
  readonly container: string;
}

function start(session: Session, info: Info, wish: Wish): Promise<Made> {
  switch (info.object.kind) {
    case 'Node':
      return onNode(session, info, wish);
    case 'Pod':
      return wish.copyTo === '' ? beside(session, info, wish) : copy(session, info, wish);
    default:
      return fail(
        `${JSON.stringify(`${info.resource.group}/${info.resource.version}, Kind=${info.object.kind}`)} not supported by debug`,
      );
  }
}

// ── The command line ────────────────────────────────────────────────────────────────────────────

function wishOf(session: Session, names: readonly string[], words: readonly string[]): Wish {
  const { flags } = session;
  const stdin = flags.bool('stdin');
  const wish: Wish = {
    image: flags.text('image'),
    container: flags.text('container'),
    copyTo: flags.text('copy-to'),
    target: flags.text('target'),
    images: new Map(flags.list('set-image').flatMap(pairsOf)),
    words,
    attaches: flags.has('attach') ? flags.bool('attach') : stdin,
    quiet: flags.bool('quiet'),
    profile: profileNamed(flags.text('profile'), {
      labels: flags.bool('keep-labels'),
      annotations: flags.bool('keep-annotations'),
      liveness: flags.bool('keep-liveness'),
      readiness: flags.bool('keep-readiness'),
      startup: flags.bool('keep-startup'),
      initContainers: flags.bool('keep-init-containers'),
    }),
    custom: customOf(session),
  };
  checkWish(session, names, wish);
  return wish;
}

function checkWish(session: Session, names: readonly string[], wish: Wish): void {
  const { flags } = session;
  const { image, container, copyTo, target, images, words } = wish;
  if (flags.has('attach') && wish.attaches && image === '' && container === '')
    fail(
      'you must specify --container or create a new container using --image in order to attach.',
    );
  if (copyTo !== '') {
    if (image === '' && images.size === 0 && words.length === 0)
      fail('you must specify --image, --set-image or command arguments.');
    if (words.length > 0 && container === '' && image === '')
      fail('you must specify an existing container or a new image when specifying args.');
  } else {
    if (flags.bool('replace')) fail('--replace may only be used with --copy-to.');
    if (flags.bool('same-node')) fail('--same-node may only be used with --copy-to.');
    if (images.size > 0) fail('--set-image may only be used with --copy-to.');
    if (image === '') fail('you must specify --image when not using --copy-to.');
  }
  if (image !== '' && !isImageName(image))
    fail(`invalid image name ${JSON.stringify(image)}: invalid reference format`);
  if (names.length === 0 && !namesFiles(session)) fail('NAME or filename is required for debug');
  const policy = flags.text('image-pull-policy');
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(policy))
    fail(`invalid image pull policy: ${policy}`);
  for (const [name, each] of images) {
    if (isImageName(each)) continue;
    fail(
      `invalid image name ${JSON.stringify(each)} for container ${JSON.stringify(name)}: invalid reference format`,
    );
  }
  if (target !== '') {
    if (copyTo !== '')
      fail('--target is incompatible with --copy-to. Use --share-processes instead.');
    if (!wish.quiet)
      session.out(
        `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
      );
  }
  if (flags.bool('tty') && !flags.bool('stdin'))
    fail('-i/--stdin is required for containers with -t/--tty=true');
  const forbidden = ['name', 'command', 'image', 'lifecycle', 'volumeDevices'];
  if (wish.custom !== undefined && forbidden.some((each) => wish.custom?.[each] !== undefined))
    fail(
      'name, command, image, lifecycle and volume devices are not modifiable via custom profile',
    );
  if (flags.text('profile') === 'legacy')
    session.err(
      '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
    );
}

function customOf({ flags, io }: Session): Fields | undefined {
  const file = flags.text('custom');
  if (file === '') return undefined;
  const text = io.files.read(io.files.resolve(file));
  if (text === undefined)
    fail(
      `must pass a container spec json file for custom profile: open ${file}: no such file or directory`,
    );
  const value = parseManifest(text).documents[0]?.value;
  if (!isFields(value)) fail(`${file} does not contain a valid container spec: not an object`);
  return value;
}

/** `a=b,c=d` → two pairs. */
function pairsOf(text: string): readonly (readonly [string, string])[] {
  return text.split(',').map((each) => {
    const equals = each.indexOf('=');
    if (equals < 0)
      fail(
        `invalid argument ${JSON.stringify(text)} for "--set-image" flag: ${each} must be formatted as key=value`,
      );
    return [each.slice(0, equals), each.slice(equals + 1)];
  });
}

/** What is the same for all containers that are made. */
function containerOf({ flags }: Session, wish: Wish, name: string): Fields {
  const policy = flags.text('image-pull-policy');
  const env = envOf(flags.list('env'));
  return {
    name,
    image: wish.image,
    ...(wish.words.length === 0
      ? {}
      : { [flags.bool('arguments-only') ? 'args' : 'command']: wish.words }),
    ...(env.length === 0 ? {} : { env }),
    resources: {},
    terminationMessagePolicy: 'File',
    ...(policy === '' ? {} : { imagePullPolicy: policy }),
    ...(flags.bool('stdin') ? { stdin: true } : {}),
    ...(flags.bool('tty') ? { tty: true } : {}),
  };
}

function envOf(texts: readonly string[]): readonly Fields[] {
  return texts
    .flatMap(pairsOf)
    .map(([name, value]) => ({ name, ...(value === '' ? {} : { value }) }));
}

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

function newName(session: Session, wish: Wish, pod: unknown): string {
  if (wish.container !== '') return wish.container;
  const taken = new Set(
    LISTS.flatMap((list) => listAt(pod, 'spec', list).map((each) => textAt(each, 'name'))),
  );
  let name = `debugger-${suffixOf(session, 0)}`;
  for (let again = 1; taken.has(name); again += 1) name = `debugger-${suffixOf(session, again)}`;
  if (!wish.quiet) session.out(`Defaulting debug container name to ${name}.\n`);
  return name;
}

/** Five letters that differ from run to run. */
function suffixOf({ context }: Session, again: number): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  let rest = context.now() + again * 7919;
  let text = '';
  for (let i = 0; i < 5; i += 1) {
    text += letters.charAt(rest % letters.length);
    rest = Math.floor(rest / letters.length);
  }
  return text;
}

/** A Pod in which one container is changed by the profile and by what the user adds to it. */
function profiled(
  pod: Fields,
  name: string,
  wish: Wish,
  style: Parameters<DebugProfile>[2],
): Fields {
  const changed = wish.profile(pod, name, style);
  const { custom } = wish;
  if (custom === undefined) return changed;
  let next = changed;
  for (const list of LISTS) {
    const containers = listAt(changed, 'spec', list) as readonly Fields[];
    if (!containers.some((each) => each['name'] === name)) continue;
    next = withField(
      next,
      ['spec', list],
      containers.map((each) => (each['name'] === name ? merged(each, { ...custom, name }) : each)),
    );
  }
  return next;
}

function merged(container: Fields, custom: Fields): Fields {
  const patched = applyStrategicMergePatch(
    container,
    custom,
    patchSchemaOf(structSchema('Container')),
  );
  return patched.ok ? patched.value : fail(patched.error.message);
}

/** Says so when the Pod's user may not use what the profile grants. */
function warnOfUser(session: Session, pod: unknown, container: unknown): void {
  const user = at(pod, 'spec', 'securityContext', 'runAsUser');
  if (user === undefined || user === 0) return;
  const security = at(container, 'securityContext');
  if (security === undefined || at(security, 'runAsUser') === 0) return;
  const grants =
    at(security, 'privileged') === true || listAt(security, 'capabilities', 'add').length > 0;
  if (!grants) return;
  session.err(
    'Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not work. Please consider using "--custom" with a custom profile that specifies "securityContext.runAsUser: 0".\n',
  );
}

// ── The three ways ──────────────────────────────────────────────────────────────────────────────

async function beside(session: Session, info: Info, wish: Wish): Promise<Made> {
  const { object } = info;
  const name = newName(session, wish, object);
  const added: Fields = {
    ...containerOf(session, wish, name),
    ...(wish.target === '' ? {} : { targetContainerName: wish.target }),
  };
  const before = listAt(object, 'spec', 'ephemeralContainers');
  const changed = profiled(
    withField(object, ['spec', 'ephemeralContainers'], [...before, added]),
    name,
    wish,
    'ephemeral',
  );
  const container = listAt(changed, 'spec', 'ephemeralContainers').at(-1);
  warnOfUser(session, object, container);
  const order = [...before.map((each) => textAt(each, 'name')), name].map((each) => ({
    name: each,
  }));
  const pod = await patchObject(
    session,
    info,
    {
      type: 'strategic',
      body: {
        spec: {
          '$setElementOrder/ephemeralContainers': order,
          ephemeralContainers: [container],
        },
      },
      subresource: 'ephemeralcontainers',
    },
    {},
  );
  return { pod, container: name };
}

async function copy(session: Session, info: Info, wish: Wish): Promise<Made> {
  const { flags } = session;
  const { object, resource, namespace } = info;
  const { ephemeralContainers: _, nodeName, ...rest } = fieldsAt(object, 'spec');
  const own = (listAt(rest, 'containers') as readonly Fields[]).map((each) => {
    const image = wish.images.get(textAt(each, 'name')) ?? wish.images.get('*') ?? '';
    return image === '' ? each : { ...each, image };
  });
  const { labels, annotations } = object.metadata;
  const base: Fields = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: wish.copyTo,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      ...rest,
      ...(flags.bool('same-node') && nodeName !== undefined ? { nodeName } : {}),
      ...(flags.has('share-processes')
        ? { shareProcessNamespace: flags.bool('share-processes') }
        : {}),
      containers: own,
    },
  };
  const named = own.find((each) => wish.container !== '' && each['name'] === wish.container);
  if (named === undefined && wish.image === '') {
    if (wish.images.size > 0) return created(session, info, base, '');
    fail('you must specify image when creating new container');
  }
  const name = named === undefined ? newName(session, wish, base) : wish.container;
  const containers =
    named === undefined
      ? [
          ...own,
          debugging(session, wish, { name, terminationMessagePolicy: 'File', resources: {} }),
        ]
      : own.map((each) => (each === named ? debugging(session, wish, each) : each));
  const pod = profiled(withField(base, ['spec', 'containers'], containers), name, wish, 'copy');
  const container = listAt(pod, 'spec', 'containers').find((each) => textAt(each, 'name') === name);
  warnOfUser(session, pod, container);
  return created(session, { resource, namespace, object }, pod, name);
}

/** A container of a copy, as the command line wants it. */
function debugging({ flags }: Session, wish: Wish, before: Fields): Fields {
  const { stdin: _, tty: __, ...container } = before;
  const next: Record<string, unknown> = { ...container };
  if (wish.words.length > 0) {
    if (flags.bool('arguments-only')) next['args'] = wish.words;
    else {
      next['command'] = wish.words;
      delete next['args'];
    }
  }
  const env = envOf(flags.list('env'));
  if (env.length > 0) next['env'] = env;
  if (wish.image !== '') next['image'] = wish.image;
  const policy = flags.text('image-pull-policy');
  if (policy !== '') next['imagePullPolicy'] = policy;
  if (flags.bool('stdin')) next['stdin'] = true;
  if (flags.bool('tty')) next['tty'] = true;
  return next;
}

async function created(
  session: Session,
  { resource, namespace, object }: Pick<Info, 'resource' | 'namespace' | 'object'>,
  pod: Fields,
  container: string,
): Promise<Made> {
  const made = await createObject(session, { resource, namespace }, pod, 'kubectl-debug');
  if (session.flags.bool('replace')) {
    await session.ask({
      method: 'DELETE',
      path: `/api/v1/namespaces/${namespace}/pods/${object.metadata.name ?? ''}`,
      body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 },
    });
  }
  return { pod: made, container };
}

async function onNode(session: Session, { object }: Info, wish: Wish): Promise<Made> {
  const node = object.metadata.name ?? '';
  const pods = resourceByKind(await session.discovery(), 'v1', 'Pod');
  if (pods === undefined) fail('the server doesn\'t have a resource type "pods"');
  const container = wish.container === '' ? 'debugger' : wish.container;
  const name = `node-debugger-${node}-${suffixOf(session, 0)}`;
  if (!wish.quiet)
    session.out(`Creating debugging pod ${name} with container ${container} on node ${node}.\n`);
  const base: Fields = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
    spec: {
      containers: [containerOf(session, wish, container)],
      restartPolicy: 'Never',
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
    },
  };
  const place = { resource: pods, namespace: session.namespace };
  const pod = await createObject(
    session,
    place,
    profiled(base, container, wish, 'node'),
    'kubectl-debug',
  );
  return { pod, container };
}

// ── Attaching ───────────────────────────────────────────────────────────────────────────────────

const STATUSES = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'];

async function attachWhenRunning(session: Session, made: Made, wish: Wish): Promise<number> {
  const { namespace = '', name = '' } = made.pod.metadata;
  let hasEnded = false;
  const pod = await podWhen(session, { namespace, name }, FOR_EVER_MILLIS, (object) => {
    const status = STATUSES.flatMap((list) => listAt(object, 'status', list)).find(
      (each) => textAt(each, 'name') === made.container,
    );
    hasEnded = at(status, 'state', 'terminated') !== undefined;
    if (hasEnded || at(status, 'state', 'running') !== undefined) return true;
    const why = textAt(status, 'state', 'waiting', 'message');
    if (why !== '' && !wish.quiet) session.warn(`container ${made.container}: ${why}`);
    return false;
  });
  if (pod === undefined) return 130;
  const { flags } = session;
  const attachment = {
    pod,
    container: made.container,
    stdin: flags.bool('stdin'),
    tty: flags.bool('tty'),
    quiet: wish.quiet,
  };
  if (!hasEnded) return attachOrLog(session, attachment);
  await printLog(session, attachment);
  return 0;
}
