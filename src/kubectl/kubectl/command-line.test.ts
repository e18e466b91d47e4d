import { expect, test } from 'vitest';
import { findCommand } from './command-line.ts';

test.each<[string, string, string]>([
  ['get pods', 'get', 'pods'],
  ['-n x get pods', 'get', '-n x pods'],
  ['create -n x cm a', 'create configmap', '-n x a'],
  ['create --dry-run=client svc clusterip a', 'create service clusterip', '--dry-run=client a'],
  ['create --dry-run svc', 'create service', '--dry-run'],
  ['exec p -- get pods', 'exec', 'p -- get pods'],
  // What an unknown flag is followed by is its value, unless nothing would be left.
  ['--nope NOPE', '', '--nope NOPE'],
  ['rollout --nope undo', 'rollout', '--nope undo'],
  ['help get pods', 'help', 'get pods'],
  ['options', 'options', ''],
])('%s', (line, command, rest) => {
  expect(findCommand(line.split(' '))).toEqual({
    command,
    rest: rest === '' ? [] : rest.split(' '),
  });
});

test.each([
  ['-n x NOPE', /^Error: flags cannot be placed before plugin name: -n$/],
  ['--nope get pods', /^Error: flags cannot be placed before plugin name: --nope$/],
  ['-n x help get', /plugin name: -n$/],
  ['gett', /^unknown command "gett" for "kubectl"\n\nDid you mean this\?\n\tset\n\tget\n$/],
])('%s is refused', (line, message) => {
  expect(() => findCommand(line.split(' '))).toThrow(message);
});
