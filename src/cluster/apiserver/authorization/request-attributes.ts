import { parseFieldSelector } from '../../../api/selectors/field-selector.ts';
import type { ApiRequest } from '../../messages.ts';
import { targetOf } from '../request-target.ts';
import { verbOf } from '../verb.ts';
import type { Attributes } from './attributes.ts';

/** What a request wants to do (upstream: RequestInfo). */
export function attributesOf(request: ApiRequest): Attributes {
  const { path, method } = request;
  const target = targetOf(path);
  if (target !== undefined) {
    const { kind, subresource, namespace, name } = target;
    const verb = verbOf(request);
    // A namespace itself lies in the namespace of its name.
    const isNamespace = kind.plural === 'namespaces' && kind.group === '' && name !== '';
    return {
      kind: 'resource',
      verb,
      group: kind.group,
      resource: kind.plural,
      subresource,
      namespace: isNamespace ? name : namespace,
      name: name === '' ? selectedName(request) : name,
    };
  }
  const parts = path.split('/').filter((part) => part !== '');
  const start = parts[0] === 'api' ? 2 : parts[0] === 'apis' ? 3 : Infinity;
  if (parts.length <= start) return { kind: 'path', verb: method.toLowerCase(), path };
  const rest = parts.slice(start);
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name = '', subresource = ''] = isNamespaced ? rest.slice(2) : rest;
  return {
    kind: 'resource',
    verb: method === 'GET' && name === '' ? 'list' : verbOf(request),
    group: start === 2 ? '' : (parts[1] ?? ''),
    resource,
    subresource,
    namespace: isNamespaced ? (rest[1] ?? '') : '',
    name,
  };
}

/** A list or watch of one object by its name counts as being about that object. */
function selectedName({ query }: ApiRequest): string {
  const selector = query['fieldSelector'];
  if (selector === undefined || !selector.includes('metadata.name')) return '';
  const parsed = parseFieldSelector(selector);
  if (!parsed.ok) return '';
  const found = parsed.value.find(({ field }) => field === 'metadata.name');
  return found?.value ?? '';
}
