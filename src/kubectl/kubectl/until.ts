import { pathOf, type Resource } from './discovery.ts';
import { fail } from './failure.ts';
import { at, listAt, textAt } from './objects.ts';
import { queryText, watch, type Session } from './session.ts';

/** An object that is waited for. */
export interface Awaited {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
}

/** How long a wait without a limit lasts: a week, as upstream has it. */
export const FOR_EVER_MILLIS = 168 * 3600 * 1000;

export function timedOut({ resource, name }: Awaited): never {
  return fail(`timed out waiting for the condition on ${resource.name}/${name}`);
}

/**
 * Waits until `isDone` answers true for the object as it is or becomes; it hears `undefined` when there is none. What it
 * throws ends the wait. Leaves with kubectl's words when the time is up; false after Ctrl-C.
 */
export async function until(
  session: Session,
  target: Awaited,
  timeoutMillis: number,
  isDone: (object: unknown) => boolean,
): Promise<boolean> {
  const { resource, namespace, name } = target;
  const path = pathOf(resource, namespace);
  const fieldSelector = `metadata.name=${name}`;
  const deadline = session.context.now() + timeoutMillis;
  for (;;) {
    const list = await session.get(path, { fieldSelector });
    if (isDone(listAt(list, 'items')[0])) return true;
    const left = deadline - session.context.now();
    if (left <= 0) timedOut(target);
    const resourceVersion = textAt(list, 'metadata', 'resourceVersion');
    const query = queryText({ fieldSelector, resourceVersion, watch: 'true' });
    const end = await watch(
      session,
      { path: `${path}${query}` },
      ({ type, object }) => {
        if (type === 'BOOKMARK' || type === 'ERROR') return false;
        return isDone(type === 'DELETED' ? undefined : object);
      },
      left,
    );
    if (end === 'done') return true;
    if (end === 'timeout') timedOut(target);
    if (end === 'aborted') return false;
  }
}

/** Waits until an object, or the one of that uid, is gone. */
export async function untilDeleted(
  session: Session,
  target: Awaited & { readonly uid: string },
  timeoutMillis: number,
): Promise<void> {
  await until(session, target, timeoutMillis, (object) => {
    if (object === undefined) return true;
    return target.uid !== '' && at(object, 'metadata', 'uid') !== target.uid;
  });
}
