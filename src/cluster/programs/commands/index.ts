import { baseName } from '../catalogue.ts';
import { archiveCommands } from './archive-commands.ts';
import type { Files } from '../files.ts';
import { load, running, type ImageProfile, type Userland } from '../image-profile.ts';
import { looksNonexistent } from '../registry.ts';
import { wait, type Command, type Invocation } from './command.ts';
import { fileCommands } from './file-commands.ts';
import { interpreters } from './interpreters.ts';
import { networkCommands } from './network-commands.ts';
import { clientCommands, listensWithNetcat, netcat, serverCommands } from './server-commands.ts';
import { systemCommands } from './system-commands.ts';
import { test } from './test-command.ts';
import { textCommands } from './text-commands.ts';

/** Every command by its name. A Map, because the names that are asked for are the user's. */
const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    ...fileCommands,
    ...archiveCommands,
    ...textCommands,
    ...systemCommands,
    ...serverCommands,
    ...clientCommands,
    ...interpreters,
    ...Object.fromEntries(Object.entries(networkCommands).map(([name, { ask }]) => [name, ask])),
    test,
    '[': test,
    '[[': test,
  }),
);

/** Shells are not in the table: they are run by the interpreter itself. */
export const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'zsh']);

const ONLY_IN: Readonly<Record<string, readonly Userland[]>> = {
  bash: ['debian', 'redhat'],
  zsh: [],
  dash: ['debian'],
  ash: ['busybox', 'alpine'],
  apk: ['alpine'],
  apt: ['debian'],
  'apt-get': ['debian'],
  yum: ['redhat'],
  dnf: ['redhat'],
  wget: ['busybox', 'alpine'],
  nslookup: ['busybox', 'alpine'],
  ping: ['busybox', 'alpine'],
  nc: ['busybox', 'alpine'],
  telnet: ['busybox', 'alpine'],
  curl: ['redhat'],
  perl: ['debian'],
  killall: ['busybox', 'alpine'],
  pkill: ['busybox', 'alpine', 'debian'],
  httpd: ['busybox'],
  getent: ['alpine', 'debian', 'redhat'],
  openssl: ['debian', 'redhat'],
  crond: ['busybox', 'alpine'],
};

/** Commands of the tables that no bare distribution brings. */
const NEVER_BASE: ReadonlySet<string> = new Set(
  [
    ...Object.keys(serverCommands),
    ...Object.keys(clientCommands),
    ...Object.keys(interpreters).filter((name) => name !== 'perl'),
    'grpc_health_probe dig host ncat netcat jq envsubst git kubectl npm pip pip3 stress stress-ng unzip gosu su-exec tini dumb-init sudo'.split(
      ' ',
    ),
  ].flat(),
);

const BINARY_DIRECTORIES = new Set([
  '/bin',
  '/usr/bin',
  '/sbin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
]);

/** Whether a container's image holds a command. */
export function hasCommand(profile: ImageProfile, files: Files, word: string): boolean {
  const name = baseName(word);
  const slash = word.lastIndexOf('/');
  if (profile.programs.includes(name)) return true;
  if (slash >= 0 ? files.read(word) !== undefined : files.read(`/usr/bin/${name}`) !== undefined)
    return true;
  if (profile.userland === 'none') return false;
  if (profile.userland === 'unknown') return !looksNonexistent(word);
  if (slash >= 0 && !BINARY_DIRECTORIES.has(word.slice(0, slash))) return false;
  const userlands = Object.hasOwn(ONLY_IN, name) ? ONLY_IN[name] : undefined;
  if (userlands !== undefined) return userlands.includes(profile.userland);
  return name === 'sh' || (COMMANDS.has(name) && !NEVER_BASE.has(name));
}

/** What a word does as a command; a program that is not in any table runs as a stranger would. */
export function commandOf(call: Invocation): Command {
  const name = baseName(call.argv[0] ?? '');
  if ((name === 'nc' || name === 'ncat' || name === 'netcat') && listensWithNetcat(call.argv))
    return netcat;
  if (isEntryPoint(name, call.profile)) return enter;
  return COMMANDS.get(name) ?? stranger;
}

/** What a network command does with its answer. */
export function answeredCommand(
  name: string,
): (typeof networkCommands)[string]['answered'] | undefined {
  return Object.hasOwn(networkCommands, name) ? networkCommands[name]?.answered : undefined;
}

function isEntryPoint(name: string, profile: ImageProfile): boolean {
  return (
    profile.userland !== 'unknown' &&
    /^(docker-)?(php-)?entrypoint\.sh$|^docker-php-entrypoint$/.test(name)
  );
}

/** An image's entry point runs its words; options alone go to the image's own program. */
const enter: Command = (call) => {
  const words = call.argv.slice(1);
  const first = words[0];
  const own = call.profile.programs[0];
  const isOwn =
    first === undefined || first.startsWith('-') || !hasCommand(call.profile, call.files, first);
  return {
    kind: 'becomes',
    argv: isOwn && own !== undefined ? [own, ...words] : words,
    within: undefined,
  };
};

const CHORE =
  /(^|[-_./])(migrate|migrations?|setup|init|seed|backup|restore|create|wait|wait-for|validate|install|copy|certgen|cleanup|prune|bootstrap|provision|register)([-_.]|$)/;

/** A program of which nothing is known: it serves whatever is asked of it, for ever; a chore ends well. */
const stranger: Command = (call) => {
  const name = baseName(call.argv[0] ?? '');
  if (call.config.runsToCompletion || CHORE.test(name.toLowerCase())) return wait(2_000_000);
  return {
    kind: 'run',
    running: running(name, { ports: 'any', http: 'any', load: load(3, 32) }),
  };
};
