import { pathOf, requireResource } from '../../discovery.ts';
import { collect, targetsOf } from '../../builder.ts';
import { fail } from '../../failure.ts';
import { at, fieldsAt, isFields, listAt, textAt, type Fields } from '../../objects.ts';
import type { Session } from '../../session.ts';
import { throwAll } from '../../writing.ts';
import { changeObjects, fits, podSpecPath, splitPairs, withContainers } from './set.ts';

/** kubectl set env: sets, removes or lists the variables of containers. */
export async function setEnv(session: Session): Promise<void> {
  const { flags, io } = session;
  const isPair = (arg: string): boolean => /^[\w.-]+=|^[A-Za-z_][\w.]*-$|^-$/.test(arg);
  const { resources, pairs } = splitPairs(session, isPair);
  const given = [...pairs, ...flags.list('env')];
  const set: Fields[] = [];
  const removed = new Set<string>();
  for (const pair of given) {
    if (pair === '-') {
      for (const line of (await io.readAll()).split('\n')) {
        if (line.includes('=')) set.push(variableOf(line));
      }
    } else if (pair.includes('=')) set.push(variableOf(pair));
    else removed.add(pair.slice(0, -1));
  }
  const from = flags.text('from');
  if (from !== '') set.push(...(await variablesFrom(session, from)));
  if (flags.bool('list')) {
    await list(session, resources);
    return;
  }
  if (set.length === 0 && removed.size === 0) return;
  const pattern = flags.text('containers') || '*';
  await changeObjects(session, resources, 'env updated', (object) =>
    withContainers(object, (container) => {
      if (!fits(pattern, String(container['name']))) return container;
      const old = listAt(container, 'env');
      if (!flags.bool('overwrite')) {
        const taken = set.find((each) => old.some((one) => textAt(one, 'name') === each['name']));
        if (taken !== undefined) {
          fail(
            `'${String(taken['name'])}' already has a value (${textAt(
              old.find((one) => textAt(one, 'name') === taken['name']),
              'value',
            )}), and --overwrite is false`,
          );
        }
      }
      const env = merged(old, set).filter((each) => !removed.has(textAt(each, 'name')));
      if (env.length > 0) return { ...container, env };
      const { env: _none, ...rest } = container;
      return rest;
    }),
  );
}

function variableOf(pair: string): Fields {
  const equals = pair.indexOf('=');
  return { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
}

function merged(old: readonly unknown[], fresh: readonly Fields[]): readonly unknown[] {
  const result = [...old];
  for (const each of fresh) {
    const index = result.findIndex((one) => textAt(one, 'name') === each['name']);
    if (index >= 0) result[index] = each;
    else result.push(each);
  }
  return result;
}

/** `--from=configmap/name`: one variable a key. */
async function variablesFrom(session: Session, from: string): Promise<readonly Fields[]> {
  const [type = '', name = ''] = from.split('/');
  const resource = requireResource(await session.discovery(), type);
  const object = await session.get(pathOf(resource, session.namespace, name));
  const isSecret = resource.name === 'secrets';
  if (!isSecret && resource.name !== 'configmaps') {
    fail(`unsupported resource specified in --from: ${resource.kind}`);
  }
  const wanted = session.flags.list('keys');
  const prefix = session.flags.text('prefix');
  return Object.keys(fieldsAt(object, 'data'))
    .filter((key) => wanted.length === 0 || wanted.includes(key))
    .sort()
    .map((key) => {
      const reference = { name, key };
      const variable = key.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
      if (variable !== key) session.err(`Warning: key ${key} transferred to ${variable}\n`);
      return {
        name: `${prefix}${variable}`,
        valueFrom: isSecret ? { secretKeyRef: reference } : { configMapKeyRef: reference },
      };
    });
}

async function list(session: Session, resources: readonly string[]): Promise<void> {
  const targets = await targetsOf(session, { args: resources, takesSelectors: true });
  const { infos, failures } = await collect(session, targets);
  const pattern = session.flags.text('containers') || '*';
  for (const { object, name } of infos) {
    const path = podSpecPath(object);
    for (const container of [
      ...listAt(object, ...path, 'containers'),
      ...listAt(object, ...path, 'initContainers'),
    ]) {
      if (!fits(pattern, textAt(container, 'name'))) continue;
      session.out(`# ${object.kind} ${name}, container ${textAt(container, 'name')}\n`);
      for (const each of listAt(container, 'env')) {
        const source = at(each, 'valueFrom');
        if (!isFields(source)) {
          session.out(`${textAt(each, 'name')}=${textAt(each, 'value')}\n`);
          continue;
        }
        session.out(`# ${textAt(each, 'name')} from ${sourceText(source)}\n`);
      }
    }
  }
  throwAll(failures);
}

function sourceText(source: Fields): string {
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = source;
  if (secretKeyRef !== undefined)
    return `secret ${textAt(secretKeyRef, 'name')}, key ${textAt(secretKeyRef, 'key')}`;
  if (configMapKeyRef !== undefined) {
    return `configmap ${textAt(configMapKeyRef, 'name')}, key ${textAt(configMapKeyRef, 'key')}`;
  }
  if (fieldRef !== undefined) return `field path ${textAt(fieldRef, 'fieldPath')}`;
  return `resource field ${textAt(resourceFieldRef, 'containerName')}${textAt(resourceFieldRef, 'containerName') === '' ? '' : ', '}${textAt(resourceFieldRef, 'resource')}`;
}
