import type { Shell } from './execution.ts';
import { HOME } from './files.ts';
import { createVariables, type Variable, type Variables } from './variables.ts';

type Line = readonly [name: string, value: string, exported: boolean];

const FIRST: readonly Line[] = [
  ['HOME', HOME, true],
  ['USER', 'root', true],
  ['SHELL', '/bin/bash', true],
  ['PATH', '/usr/local/bin:/usr/bin:/bin', true],
  ['TERM', 'xterm-256color', true],
  ['LANG', 'C.UTF-8', true],
  ['KUBECONFIG', '/root/.kube/config', true],
  ['EDITOR', 'vi', true],
  ['OPTIND', '1', false],
  ['HOSTNAME', '', false],
  ['BASH_VERSION', '5.2.0(1)-kubarium', false],
  ['EUID', '0', false],
  ['UID', '0', false],
];

/** What a shell that begins on a machine has in its environment; `saved` is what a former one had. */
export function firstVariables(shell: Shell, saved: readonly Line[] = []): Variables {
  const { machine } = shell.context;
  const variables = new Map<string, Variable>();
  for (const [name, value, exported] of [...FIRST, ...saved])
    variables.set(name, { value, exported, readonly: false, keyed: false });
  variables.set('HOSTNAME', { value: machine, exported: false, readonly: false, keyed: false });
  for (const [name, value] of shell.environment ?? [])
    variables.set(name, { value, exported: true, readonly: false, keyed: false });
  return createVariables(variables);
}
