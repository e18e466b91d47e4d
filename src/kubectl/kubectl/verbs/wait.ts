import { findJsonPath } from '../../../api/jsonpath/evaluate.ts';
import { relaxedJsonPath } from '../../../api/jsonpath/jsonpath.ts';
import { parseJsonPath } from '../../../api/jsonpath/parse.ts';
import { goText } from '../../../api/jsonpath/values.ts';
import type { JsonValue } from '../../../api/generated/types.ts';
import { collect, targetsOf, type Target } from '../builder.ts';
import { asFailure, fail, Failure, isNotFound } from '../failure.ts';
import { at, listAt, numberAt, textAt } from '../objects.ts';
import { valuePrinterOf } from '../printers/values.ts';
import type { Session } from '../session.ts';
import { FOR_EVER_MILLIS, timedOut, until, type Awaited } from '../until.ts';
import { throwAll } from '../writing.ts';

type Condition = (object: unknown) => boolean;

/** kubectl wait: until a condition holds of every object that is named. */
export async function wait(session: Session): Promise<void> {
  const { flags } = session;
  const wanted = flags.text('for');
  const isDelete = wanted.toLowerCase() === 'delete';
  const isCreate = wanted.toLowerCase() === 'create';
  const condition = conditionOf(wanted);
  const timeout = timeoutOf(session);
  const targets = await targetsOf(session, { takesSelectors: true });
  if (isCreate) await untilCreated(session, targets, timeout);
  const { infos, failures } = await collect(session, targets, { ignoresNotFound: isDelete });
  const all: Failure[] = [...failures];
  if (infos.length === 0 && failures.length === 0 && !isDelete) fail('no matching resources found');
  const deadline = session.context.now() + timeout;
  for (const info of infos) {
    try {
      let last: unknown = info.object;
      const left = Math.max(deadline - session.context.now(), 0);
      const isThere = condition(info.object);
      // One span of time for all: when it is over, upstream looks at no further object.
      if (timeout === 0 && !isThere) {
        throw new Failure(`condition not met for ${info.resource.name}/${info.name}`);
      }
      if (left === 0 && timeout > 0) timedOut(info as Awaited);
      if (!isThere) {
        const reached = await until(session, info, left, (object) => {
          if (object === undefined && !isDelete) {
            throw new Failure(
              `${info.resource.name}${info.resource.group === '' ? '' : `.${info.resource.group}`} ${JSON.stringify(info.name)} not found`,
              {
                status: {
                  reason: 'NotFound',
                  message: `${info.resource.name}${info.resource.group === '' ? '' : `.${info.resource.group}`} ${JSON.stringify(info.name)} not found`,
                },
              },
            );
          }
          if (
            isDelete &&
            object !== undefined &&
            textAt(object, 'metadata', 'uid') !== info.object.metadata.uid
          )
            return true;
          if (object !== undefined) last = object;
          return condition(object);
        });
        if (!reached) return;
      }
      const printer = valuePrinterOf(session);
      const { group, kind } = info.resource;
      const type = group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
      session.out(
        printer === undefined ? `${type}/${info.name} condition met\n` : printer.print(last),
      );
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  throwAll(all);
}

function timeoutOf({ flags }: Session): number {
  const timeout = flags.duration('timeout');
  return timeout < 0 ? FOR_EVER_MILLIS : timeout;
}

function conditionOf(wanted: string): Condition {
  const lower = wanted.toLowerCase();
  if (lower === 'delete') return (object) => object === undefined;
  if (lower === 'create') return (object) => object !== undefined;
  if (lower.startsWith('condition=')) {
    const [, name = '', value = 'true'] = wanted.split('=');
    return (object) => hasCondition(object, name, value);
  }
  if (lower.startsWith('jsonpath=')) return jsonPathCondition(wanted.slice('jsonpath='.length));
  return fail(`unrecognized condition: ${JSON.stringify(wanted)}`);
}

function hasCondition(object: unknown, name: string, value: string): boolean {
  return listAt(object, 'status', 'conditions').some((each) => {
    if (textAt(each, 'type').toLowerCase() !== name.toLowerCase()) return false;
    const generation = numberAt(object, 'metadata', 'generation');
    const observed = at(each, 'observedGeneration') ?? at(object, 'status', 'observedGeneration');
    if (typeof observed === 'number' && observed < generation) return false;
    return textAt(each, 'status').toLowerCase() === value.toLowerCase();
  });
}

function jsonPathCondition(text: string): Condition {
  const end = text.lastIndexOf('}');
  const path = end >= 0 ? text.slice(0, end + 1) : (text.split('=')[0] ?? '');
  const rest = text.slice(path.length);
  const value = rest.startsWith('=') ? rest.slice(1) : undefined;
  if (value === '')
    fail(
      "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
    );
  const relaxed = relaxedJsonPath(path);
  if (!relaxed.ok) return fail(relaxed.error);
  const parsed = parseJsonPath(relaxed.value);
  if (!parsed.ok) return fail(parsed.error);
  return (object) => {
    if (object === undefined) return false;
    const found = findJsonPath(parsed.value, object as JsonValue, { allowMissingKeys: true });
    if (!found.ok) return fail(found.error);
    const values = found.value.flat();
    if (value === undefined) return values.length > 0;
    if (values.length > 1) return fail(`given jsonpath expression matches more than one value`);
    const [only] = values;
    if (typeof only === 'object' && only !== null) {
      return fail('jsonpath leads to a nested object or list which is not supported');
    }
    return only !== undefined && goText(only) === value;
  };
}

async function untilCreated(
  session: Session,
  targets: readonly Target[],
  timeout: number,
): Promise<void> {
  const deadline = session.context.now() + timeout;
  for (const target of targets) {
    const { name } = target;
    if (name === undefined) continue;
    const left = Math.max(deadline - session.context.now(), 0);
    await until(session, { ...target, name }, left, (object) => object !== undefined).catch(
      (error: unknown) => {
        if (asFailure(error).message.startsWith('timed out waiting')) {
          fail('timed out waiting for the condition');
        }
        if (!isNotFound(error)) throw error;
      },
    );
  }
}
