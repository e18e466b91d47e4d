import { textOfBase64 } from '../../../../api/base64.ts';
import { refusal, success, type Result } from '../../../../base/result.ts';
import { resourceValue } from '../../describe/containers.ts';
import { asFailure } from '../../failure.ts';
import { at, fieldsAt, textAt, type ApiObject, type Fields } from '../../objects.ts';
import type { Session } from '../../session.ts';

/** Finds what a variable's `valueFrom` leads to, or why not. */
export type Resolver = (
  source: Fields,
  place: { readonly object: ApiObject; readonly container: unknown },
) => Promise<Result<string, string>>;

/** For `set env --list --resolve`. Each Secret and ConfigMap is asked for once. (Upstream: GetEnvVarRefValue.) */
export function createResolver(session: Session): Resolver {
  const known = new Map<string, Result<Fields, string>>();
  const dataOf = async (type: string, name: string): Promise<Result<Fields, string>> => {
    const key = `${type}/${name}`;
    let data = known.get(key);
    if (data === undefined) {
      data = await session
        .get(`/api/v1/namespaces/${session.namespace}/${type}/${encodeURIComponent(name)}`)
        .then(
          (object) => success(fieldsAt(object, 'data')),
          (error: unknown) => refusal(asFailure(error).message),
        );
      known.set(key, data);
    }
    return data;
  };
  return async ({ secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef }, place) => {
    const keyRef = secretKeyRef ?? configMapKeyRef;
    if (keyRef !== undefined) {
      const [name, key] = [textAt(keyRef, 'name'), textAt(keyRef, 'key')];
      const isSecret = secretKeyRef !== undefined;
      const data = await dataOf(isSecret ? 'secrets' : 'configmaps', name);
      if (!data.ok) return data;
      if (!Object.hasOwn(data.value, key)) {
        return refusal(`key ${key} not found in ${isSecret ? 'secret' : 'config map'} ${name}`);
      }
      const text = textAt(data.value, key);
      return success(isSecret ? textOfBase64(text) : text);
    }
    if (fieldRef !== undefined) return fieldOf(place.object, textAt(fieldRef, 'fieldPath'));
    if (resourceFieldRef !== undefined)
      return success(resourceValue(place.container, resourceFieldRef));
    return refusal('invalid valueFrom');
  };
}

function fieldOf(object: ApiObject, path: string): Result<string, string> {
  const subscript = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(path);
  if (subscript !== null) {
    const [, map = '', key = ''] = subscript;
    return success(textAt(at(object, ...map.split('.')), key));
  }
  if (path === 'metadata.labels' || path === 'metadata.annotations') {
    const lines = Object.entries(fieldsAt(object, ...path.split('.'))).map(
      ([key, value]) => `${key}=${JSON.stringify(value)}`,
    );
    return success(lines.sort().join('\n'));
  }
  if (['metadata.name', 'metadata.namespace', 'metadata.uid'].includes(path)) {
    return success(textAt(object, ...path.split('.')));
  }
  return refusal(`unsupported fieldPath: ${path}`);
}
