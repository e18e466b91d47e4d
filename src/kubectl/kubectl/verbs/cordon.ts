import { collect, targetsOf, type Info } from '../builder.ts';
import { resourceByKind } from '../discovery.ts';
import { asFailure, fail, failUsage, Failure } from '../failure.ts';
import { at } from '../objects.ts';
import type { Session } from '../session.ts';
import { dryRunSuffix, patchObject, throwAll } from '../writing.ts';

/** kubectl cordon. */
export const cordon = (session: Session): Promise<void> => cordonOrUncordon(session, true);
/** kubectl uncordon. */
export const uncordon = (session: Session): Promise<void> => cordonOrUncordon(session, false);

async function cordonOrUncordon(session: Session, wanted: boolean): Promise<void> {
  const { infos, failures } = await nodesOf(session);
  const all: Failure[] = [...failures];
  for (const info of infos) {
    try {
      await setSchedulable(session, info, wanted);
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  throwAll(all);
}

/** The nodes that a command line names: names alone, or a selector. */
export async function nodesOf(
  session: Session,
): Promise<{ infos: readonly Info[]; failures: readonly Failure[] }> {
  const { args, flags, command } = session;
  const hasSelector = flags.text('selector') !== '';
  if (args.length === 0 && !hasSelector)
    failUsage(`kubectl ${command}`, `USAGE: ${command} NODE [flags]`);
  if (args.length > 0 && hasSelector)
    fail('error: cannot specify both a node name and a --selector option');
  const node = resourceByKind(await session.discovery(), 'v1', 'Node');
  if (node === undefined) fail('the server doesn\'t have a resource type "nodes"');
  if (hasSelector) {
    return collect(session, await targetsOf(session, { args: ['nodes'], takesSelectors: true }));
  }
  const targets = args.map((arg) => ({
    resource: node,
    namespace: '',
    name: arg.slice(arg.indexOf('/') + 1),
    source: '',
  }));
  return collect(session, targets);
}

/** Marks a node, and says whether it was marked already. */
export async function setSchedulable(session: Session, info: Info, wanted: boolean): Promise<void> {
  const isCordoned = at(info.object, 'spec', 'unschedulable') === true;
  const word = wanted ? 'cordoned' : 'uncordoned';
  if (isCordoned === wanted) {
    session.out(`node/${info.name} already ${word}${dryRunSuffix(session)}\n`);
    return;
  }
  if (session.dryRun !== 'client') {
    const dryRun = session.dryRun === 'server' ? 'All' : undefined;
    const body = { spec: { unschedulable: wanted ? true : null } };
    await patchObject(session, info, { type: 'strategic', body }, { dryRun });
  }
  session.out(`node/${info.name} ${word}${dryRunSuffix(session)}\n`);
}
