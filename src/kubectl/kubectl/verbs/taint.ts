import { collect, targetsOf } from '../builder.ts';
import { labelValueErrors, qualifiedNameErrors } from '../../../api/names/qualified-name.ts';
import { findResource } from '../discovery.ts';
import { asFailure, fail, failUsage, failVerbatim, type Failure } from '../failure.ts';
import { listAt, withField, type ApiObject } from '../objects.ts';
import type { Session } from '../session.ts';
import { createReporter, patchObject, throwAll, writeQuery } from '../writing.ts';
import { patchBetween } from './set/set.ts';

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** kubectl taint: adds and removes taints of nodes. */
export async function taint(session: Session): Promise<void> {
  const { args, flags } = session;
  const isSpec = (arg: string): boolean =>
    /[=:]/.test(arg) || (arg.endsWith('-') && arg.length > 1);
  const first = args.findIndex((arg, index) => index > 0 && isSpec(arg));
  const resources = first < 0 ? args : args.slice(0, first);
  const specs = first < 0 ? [] : args.slice(first);
  if (resources.length === 0) fail('one or more resources must be specified as <resource> <name>');
  if (specs.length === 0) fail('at least one taint update is required');
  const late = specs.find((arg) => !isSpec(arg));
  if (late !== undefined) fail(`all resources must be specified before taint changes: ${late}`);
  const { added, removed } = parse(specs);
  const type = (resources[0] ?? '').toLowerCase();
  const resource = findResource(await session.discovery(), type);
  if (resource === undefined || type.includes('/')) {
    failVerbatim(`the server doesn't have a resource type ${JSON.stringify(type)}`);
  }
  if (resource.kind !== 'Node') {
    fail(`invalid resource type ${type}, only node types are supported`);
  }
  const both = added.flatMap((each) =>
    removed
      .filter(({ key, effect }) => key === each.key && (effect === '' || effect === each.effect))
      .map(({ key, effect }) => `${key}=${effect}`),
  );
  if (both.length > 0) {
    fail(
      `can not both modify and remove the following taint(s) in the same command: ${both.join(', ')}`,
    );
  }
  if (flags.bool('all') && flags.text('selector') !== '') {
    fail("setting 'all' parameter with a non empty selector is prohibited");
  }
  if (resources.length < 2 && !flags.bool('all') && flags.text('selector') === '') {
    fail("at least one resource name must be specified since 'all' parameter is not set");
  }
  const targets = await targetsOf(session, { args: resources, takesSelectors: true });
  const { infos, failures } = await collect(session, targets);
  const all: Failure[] = [...failures];
  // A trial run is not marked here, as upstream.
  const reporter = createReporter({ ...session, dryRun: 'none' });
  for (const info of infos) {
    try {
      const old = listAt(info.object, 'spec', 'taints') as readonly Taint[];
      if (!flags.bool('overwrite')) refuseOverwriting(info.name, old, added);
      const { taints, operation } = changed(old, added, removed, flags.bool('overwrite'));
      const after = withField(
        info.object,
        ['spec', 'taints'],
        taints.length === 0 ? undefined : taints,
      ) as ApiObject;
      if (session.dryRun === 'client') {
        reporter.report(after, operation);
        continue;
      }
      const query = writeQuery(session, 'kubectl-taint');
      reporter.report(
        await patchObject(session, info, patchBetween(info.object, after), query),
        operation,
      );
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  reporter.end();
  throwAll(all);
}

function parse(specs: readonly string[]): { added: Taint[]; removed: Taint[] } {
  const added: Taint[] = [];
  const removed: Taint[] = [];
  for (const spec of specs) {
    const isRemoval = spec.endsWith('-');
    const text = isRemoval ? spec.slice(0, -1) : spec;
    const parsed = parseOne(text);
    if (!isRemoval && parsed.effect === '') refuse(`invalid taint spec: ${spec}`);
    const list = isRemoval ? removed : added;
    const twice = list.some(
      ({ key, effect }) => key === parsed.key && effect === parsed.effect && !isRemoval,
    );
    if (twice) {
      refuse(
        `duplicated taints with the same key and effect: {${parsed.key} ${parsed.value ?? ''} ${parsed.effect} <nil>}`,
      );
    }
    list.push(parsed);
  }
  return { added, removed };
}

function refuse(message: string): never {
  return failUsage('kubectl taint', message);
}

/** `key=value:effect`, `key:effect` or `key`. (Upstream: parseTaint.) */
function parseOne(text: string): Taint {
  const parts = text.split(':');
  const [pair = '', effect = ''] = parts;
  if (parts.length > 2) refuse(`invalid taint spec: ${text}`);
  if (parts.length === 2 && !effects.includes(effect)) {
    refuse(`invalid taint effect: ${effect}, unsupported taint effect`);
  }
  const [key = '', value, ...rest] = parts.length === 1 ? [text] : pair.split('=');
  if (rest.length > 0) refuse(`invalid taint spec: ${text}`);
  const ofValue = value === undefined ? [] : labelValueErrors(value);
  const errors = ofValue.length > 0 ? ofValue : qualifiedNameErrors(key);
  if (errors.length > 0) refuse(`invalid taint spec: ${text}, ${errors.join('; ')}`);
  return { key, effect, ...(value === undefined || value === '' ? {} : { value }) };
}

function refuseOverwriting(node: string, old: readonly Taint[], added: readonly Taint[]): void {
  const taken = added.filter((each) =>
    old.some((one) => one.key === each.key && one.effect === each.effect),
  );
  if (taken.length === 0) return;
  fail(
    `node ${node} already has ${taken.map(({ key }) => key).join(',')} taint(s) with same effect(s) and --overwrite is false`,
  );
}

function changed(
  old: readonly Taint[],
  added: readonly Taint[],
  removed: readonly Taint[],
  overwrites: boolean,
): { taints: readonly Taint[]; operation: string } {
  const missing = removed.find(
    (each) =>
      !old.some(
        (one) => one.key === each.key && (each.effect === '' || one.effect === each.effect),
      ),
  );
  if (missing !== undefined) {
    fail(
      `taint ${JSON.stringify(missing.effect === '' ? missing.key : `${missing.key}:${missing.effect}`)} not found`,
    );
  }
  const kept = old.filter(
    (one) =>
      !removed.some(
        (each) => one.key === each.key && (each.effect === '' || one.effect === each.effect),
      ) && !added.some((each) => one.key === each.key && one.effect === each.effect),
  );
  const taints = [...added, ...kept];
  // Upstream tells by the numbers before anything is removed.
  const grown = added.some(
    (each) => !old.some((one) => one.key === each.key && one.effect === each.effect),
  );
  const isMixed = grown && removed.length > 0;
  const operation = isMixed || overwrites ? 'modified' : grown ? 'tainted' : 'untainted';
  return { taints, operation };
}
