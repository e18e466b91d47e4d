import {
  discoveryOf,
  DISCOVERY_ACCEPT,
  findResource,
  pathOf,
  preferredResources,
  type Discovery,
} from '../kubectl/discovery.ts';
import { flagTexts, globalFlagTexts } from '../kubectl/generated/flags.ts';
import type { ProgramContext } from '../program.ts';
import type { Completer, Completion, CompletionSurroundings } from '../shell/completion.ts';

/** Verbs whose first argument is a Pod, not a kind. */
const POD_VERBS = new Set(['logs', 'exec', 'attach', 'port-forward', 'cp', 'debug', 'top pod']);
const NODE_VERBS = new Set(['cordon', 'uncordon', 'drain', 'top node']);
const FILE_FLAGS = new Set([
  'f',
  'filename',
  'k',
  'kustomize',
  'from-file',
  'from-env-file',
  'patch-file',
]);
const OUTPUTS = ['json', 'yaml', 'name', 'wide', 'jsonpath=', 'custom-columns=', 'go-template='];
/** Flags of which every value is known. */
const FLAG_WORDS: Readonly<Record<string, readonly string[]>> = {
  'dry-run': ['none', 'client', 'server'],
  profile: ['general', 'baseline', 'restricted', 'netadmin', 'sysadmin', 'legacy'],
  subresource: ['status', 'scale', 'resize'],
  'image-pull-policy': ['Always', 'IfNotPresent', 'Never'],
  restart: ['Always', 'OnFailure', 'Never'],
};
const ROLLOUT_KINDS = ['deployment', 'daemonset', 'statefulset'];

/** Completes kubectl's verbs, flags, kinds, names, namespaces, containers and files, asking the cluster. */
export const completeKubectl: Completer = async (words, surroundings) => {
  const word = words.at(-1) ?? '';
  const before = words.slice(1, -1);
  const { verb, args, namespace } = read(before);
  const last = before.at(-1) ?? '';
  if (last.startsWith('-') && !last.includes('=')) {
    const values = await flagValues(
      last.replace(/^-+/, ''),
      { verb, args, namespace, word },
      surroundings,
    );
    if (values !== undefined) return values;
  }
  const [, flag, typed] = /^(--?[\w-]+)=(.*)$/.exec(word) ?? [];
  if (flag !== undefined) {
    const inside = { verb, args, namespace, word: typed ?? '' };
    const values = (await flagValues(flag.replace(/^-+/, ''), inside, surroundings)) ?? [];
    return values.map((each) => ({ ...each, text: `${flag}=${each.text}` }));
  }
  if (word.startsWith('-')) return flagsOf(verb);
  const sub = subcommands(verb);
  if (args.length === 0 && sub.length > 0) return sub;
  return argumentsFor({ verb, args, namespace, word }, surroundings);
};

interface Place {
  readonly verb: string;
  readonly args: readonly string[];
  readonly namespace: string;
  readonly word: string;
}

/** What of the line is verb, argument and namespace. */
function read(words: readonly string[]): {
  readonly verb: string;
  readonly args: readonly string[];
  readonly namespace: string;
} {
  let verb = '';
  let namespace = 'default';
  const args: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') break;
    if (word.startsWith('-')) {
      const [name = '', value] = word.replace(/^-+/, '').split('=');
      const isNamespace = name === 'n' || name === 'namespace';
      if (isNamespace && value !== undefined) namespace = value;
      else if (value === undefined && (isNamespace || takesValue(verb, name))) {
        i += 1;
        if (isNamespace) namespace = words[i] ?? namespace;
      }
      continue;
    }
    const next = verb === '' ? word : `${verb} ${word}`;
    if (args.length === 0 && isCommand(next)) verb = next;
    else args.push(word);
  }
  return { verb, args, namespace };
}

function isCommand(text: string): boolean {
  return (
    Object.hasOwn(flagTexts, text) ||
    Object.keys(flagTexts).some((each) => each.startsWith(`${text} `))
  );
}

/** Flags as the generated table holds them: shorthand, name, default. */
function declared(
  verb: string,
): readonly { readonly short: string; readonly name: string; readonly fallback: string }[] {
  const own = Object.hasOwn(flagTexts, verb) ? (flagTexts[verb] ?? []) : [];
  return [...own, ...globalFlagTexts].map((text) => {
    const [, short = '', name = '', fallback = ''] = /^(\S?) ?(\S+) ?(.*)$/.exec(text) ?? [];
    return { short, name, fallback };
  });
}

function takesValue(verb: string, name: string): boolean {
  const flag = declared(verb).find((each) => each.name === name || each.short === name);
  return flag !== undefined && flag.fallback !== 'true' && flag.fallback !== 'false';
}

function flagsOf(verb: string): readonly Completion[] {
  return declared(verb).flatMap(({ short, name, fallback }) => {
    const isSwitch = fallback === 'true' || fallback === 'false';
    const long: Completion = { text: isSwitch ? `--${name}` : `--${name}=`, open: !isSwitch };
    return short === '' ? [long] : [long, { text: `-${short}` }];
  });
}

function subcommands(verb: string): readonly Completion[] {
  const prefix = verb === '' ? '' : `${verb} `;
  const words = new Set<string>();
  for (const command of Object.keys(flagTexts)) {
    if (command !== '' && command.startsWith(prefix))
      words.add(command.slice(prefix.length).split(' ')[0] ?? '');
  }
  words.delete('');
  return [...words].map((text) => ({ text }));
}

async function flagValues(
  name: string,
  place: Place,
  surroundings: CompletionSurroundings,
): Promise<readonly Completion[] | undefined> {
  const { context } = surroundings;
  if (name === 'n' || name === 'namespace') return namesOf(context, 'namespaces', '');
  if (name === 'o' || name === 'output')
    return OUTPUTS.map((text) => ({ text, open: text.endsWith('=') }));
  if (FILE_FLAGS.has(name)) return surroundings.paths(place.word);
  if (name === 'c' || name === 'container' || name === 'target')
    return containersOf(context, place);
  const words = Object.hasOwn(FLAG_WORDS, name) ? FLAG_WORDS[name] : undefined;
  if (words !== undefined) return words.map((text) => ({ text }));
  if (name === 'for')
    return ['condition=Ready', 'condition=Available', 'delete', 'jsonpath='].map((text) => ({
      text,
    }));
  return takesValue(place.verb, name) ? [] : undefined;
}

async function argumentsFor(
  place: Place,
  { context, paths }: CompletionSurroundings,
): Promise<readonly Completion[]> {
  const { verb, args, namespace, word } = place;
  const [first] = args;
  if (POD_VERBS.has(verb)) {
    if (verb === 'logs' && args.length === 1) return containersOf(context, place);
    if (verb === 'cp') {
      const pods = await namesOf(context, 'pods', namespace);
      return [...pods.map(({ text }) => ({ text: `${text}:`, open: true })), ...paths(word)];
    }
    if (verb === 'port-forward' && args.length === 1) return portsOf(context, place);
    if (args.length > 0) return [];
    if (!word.includes('/')) return namesOf(context, 'pods', namespace);
  }
  if (NODE_VERBS.has(verb)) return namesOf(context, 'nodes', '');
  const slash = word.indexOf('/');
  if (slash > 0) {
    const kind = word.slice(0, slash);
    return (await namesOf(context, kind, namespace)).map(({ text }) => ({
      text: `${kind}/${text}`,
    }));
  }
  if (first === undefined) {
    if (verb.startsWith('rollout'))
      return ROLLOUT_KINDS.flatMap((text) => [{ text }, { text: `${text}/`, open: true }]);
    return kindsOf(context);
  }
  if (first.includes('/')) return [];
  return namesOf(context, first.split(',')[0] ?? first, namespace);
}

async function discover(context: ProgramContext): Promise<Discovery> {
  const answers = await Promise.all(
    ['/api', '/apis'].map((path) =>
      context.kube.request({ method: 'GET', path, accept: DISCOVERY_ACCEPT }),
    ),
  );
  return discoveryOf(answers.filter(({ code }) => code === 200).map(({ body }) => body));
}

async function kindsOf(context: ProgramContext): Promise<readonly Completion[]> {
  const resources = preferredResources(await discover(context));
  return resources.flatMap((resource) => [
    { text: resource.name, about: resource.kind },
    ...resource.shortNames.map((text) => ({ text, about: resource.kind })),
  ]);
}

async function namesOf(
  context: ProgramContext,
  kind: string,
  namespace: string,
): Promise<readonly Completion[]> {
  const resource = findResource(await discover(context), kind);
  if (resource === undefined) return [];
  const { code, body } = await context.kube.request({
    method: 'GET',
    path: pathOf(resource, namespace),
  });
  if (code !== 200) return [];
  const items =
    (body as { readonly items?: readonly { readonly metadata?: { readonly name?: string } }[] })
      .items ?? [];
  return items.flatMap(({ metadata }) =>
    metadata?.name === undefined ? [] : [{ text: metadata.name }],
  );
}

async function containersOf(
  context: ProgramContext,
  { args, namespace }: Place,
): Promise<readonly Completion[]> {
  const pod = args[0]?.replace(/^pods?\//, '');
  if (pod === undefined) return [];
  const { code, body } = await context.kube.request({
    method: 'GET',
    path: `/api/v1/namespaces/${namespace}/pods/${pod}`,
  });
  if (code !== 200) return [];
  type Containers = readonly { readonly name: string }[];
  const { spec } = body as { readonly spec?: Readonly<Record<string, Containers | undefined>> };
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    (spec?.[list] ?? []).map(({ name }) => ({ text: name })),
  );
}

/** Ports that a Pod declares. */
async function portsOf(
  context: ProgramContext,
  { args, namespace }: Place,
): Promise<readonly Completion[]> {
  const pod = args[0]?.replace(/^pods?\//, '') ?? '';
  if (pod.includes('/')) return [];
  const { code, body } = await context.kube.request({
    method: 'GET',
    path: `/api/v1/namespaces/${namespace}/pods/${pod}`,
  });
  if (code !== 200) return [];
  interface WithPorts {
    readonly ports?: readonly { readonly containerPort: number; readonly name?: string }[];
  }
  const { spec } = body as { readonly spec?: { readonly containers?: readonly WithPorts[] } };
  return (spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports.map(({ containerPort, name }) => ({
      text: String(containerPort),
      ...(name === undefined ? undefined : { about: name }),
    })),
  );
}
