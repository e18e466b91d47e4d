import { collect, targetsOf } from '../builder.ts';
import { asFailure, fail, failUsage, Failure } from '../failure.ts';
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
  if (resources.length === 0)
    fail('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  if (specs.length === 0) fail('at least one taint update is required');
  const { added, removed } = parse(specs);
  const targets = await targetsOf(session, { args: resources, takesSelectors: true });
  const wrong = targets.find(({ resource }) => resource.kind !== 'Node');
  if (wrong !== undefined) {
    fail(`invalid resource type ${wrong.resource.name}, only node(s) is supported`);
  }
  const { infos, failures } = await collect(session, targets);
  const all: Failure[] = [...failures];
  // A trial run is not marked here, as upstream.
  const reporter = createReporter({ ...session, dryRun: 'none' });
  for (const info of infos) {
    try {
      const old = listAt(info.object, 'spec', 'taints') as readonly Taint[];
      if (!flags.bool('overwrite')) refuseOverwriting(info.name, old, added);
      const { taints, operation } = changed(old, added, removed);
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
    const [pair = '', effect = '', ...more] = text.split(':');
    const [key = '', value, ...rest] = pair.split('=');
    if (more.length > 0 || rest.length > 0) fail(`invalid taint spec: ${spec}`);
    if (effect !== '' && !effects.includes(effect)) {
      failUsage('kubectl taint', `invalid taint effect: ${effect}, unsupported taint effect`);
    }
    if (!isRemoval && effect === '') fail(`invalid taint spec: ${spec}`);
    (isRemoval ? removed : added).push({
      key,
      effect,
      ...(value === undefined || value === '' ? {} : { value }),
    });
  }
  return { added, removed };
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
  const operation =
    added.length === 0 ? 'untainted' : removed.length === 0 ? 'tainted' : 'modified';
  return { taints: [...added, ...kept], operation };
}
