import { collect, targetsOf, type Info, type Target } from '../builder.ts';
import { asFailure, Failure, fail, isNotFound } from '../failure.ts';
import { namesFiles } from '../manifests.ts';
import { listAt, textAt } from '../objects.ts';
import type { DescribeContext } from '../describe/describer.ts';
import { describerFor } from '../describe/index.ts';
import { described } from '../describe/writer.ts';
import type { Session } from '../session.ts';
import { throwAll } from '../writing.ts';

/** kubectl describe: all that is known of an object, with its events, for a person to read. */
export async function describe(session: Session): Promise<void> {
  const { args, flags } = session;
  if (args.length === 0 && !namesFiles(session)) {
    fail(
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  }
  const targets = await targetsOf(session, { typeAlone: true });
  const { infos, failures } = await collect(session, targets);
  if (failures.length > 0 && isPrefixSearch(session, failures)) {
    const found = await matching(session, targets);
    if (found.length > 0) {
      await printAll(session, found, '\n');
      return;
    }
  }
  await printAll(session, infos);
  throwAll(failures);
  if (infos.length === 0) {
    const isScoped = !flags.bool('all-namespaces');
    session.err(
      isScoped ? `No resources found in ${session.namespace} namespace.\n` : 'No resources found\n',
    );
  }
}

/** `describe pod web` stands for every Pod whose name begins so, when none has just that name. */
function isPrefixSearch({ args }: Session, failures: readonly Failure[]): boolean {
  return (
    args.length === 2 && !args.some((each) => each.includes('/')) && failures.every(isNotFound)
  );
}

async function matching(session: Session, targets: readonly Target[]): Promise<readonly Info[]> {
  const [target] = targets;
  const prefix = target?.name;
  if (target === undefined || prefix === undefined) return [];
  const { infos, failures } = await collect(session, [{ ...target, name: undefined }]);
  if (failures.length > 0) return [];
  return infos.filter(({ name }) => name.startsWith(prefix));
}

/** Those that were searched for by the beginning of their names end in a line break more. */
async function printAll(session: Session, infos: readonly Info[], end = ''): Promise<void> {
  const failures: Failure[] = [];
  let isFirst = true;
  for (const info of infos) {
    try {
      const { resource, object } = info;
      const write = await describerFor(resource.group, resource.kind)(
        object,
        contextFor(session, info),
      );
      if (!isFirst && end === '') session.out('\n\n');
      isFirst = false;
      session.out(`${described(session.context.now(), write)}${end}`);
    } catch (error) {
      failures.push(asFailure(error));
    }
  }
  throwAll(failures);
}

function contextFor(session: Session, { resource, object, namespace }: Info): DescribeContext {
  const quiet = async <T>(wanted: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await wanted;
    } catch (error) {
      asFailure(error);
      return otherwise;
    }
  };
  const list: DescribeContext['list'] = async (path, query = {}) => {
    const items: unknown[] = [];
    let next = '';
    do {
      const more = next === '' ? {} : { continue: next };
      const page = await quiet(session.get(path, { ...query, ...more }), undefined);
      items.push(...listAt(page, 'items'));
      next = textAt(page, 'metadata', 'continue');
    } while (next !== '');
    return items;
  };
  return {
    resource,
    chunkSize: session.flags.int('chunk-size'),
    list,
    find: (path) => quiet(session.get(path), undefined),
    async ask(path) {
      try {
        return { object: await session.get(path), refusal: '' };
      } catch (error) {
        return { object: undefined, refusal: asFailure(error).message };
      }
    },
    async events(about = {}) {
      if (!session.flags.bool('show-events')) return undefined;
      const where = about.namespace ?? namespace;
      const selector = [
        `involvedObject.name=${textAt(object, 'metadata', 'name')}`,
        ...(resource.namespaced ? [`involvedObject.namespace=${namespace}`] : []),
        `involvedObject.kind=${resource.kind}`,
        `involvedObject.uid=${about.uid ?? textAt(object, 'metadata', 'uid')}`,
      ];
      const path =
        where === '' ? '/api/v1/events' : `/api/v1/namespaces/${encodeURIComponent(where)}/events`;
      return list(path, {
        fieldSelector: selector.join(','),
        limit: session.flags.int('chunk-size'),
      });
    },
  };
}
