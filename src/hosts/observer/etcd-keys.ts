import { placeOfPlural } from '../../api/kinds/places.ts';

/**
 * Where etcd keeps the object that the API serves at a path such as
 * `/apis/apps/v1/namespaces/default/deployments/web`; undefined when the path names no object.
 */
export function etcdKeyOf(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const group = core ? '' : (parts[1] ?? '');
  const version = (core ? parts[1] : parts[2]) ?? '';
  const rest = parts.slice(core ? 2 : 3);
  const namespaced = rest.length === 4 && rest[0] === 'namespaces';
  const [resource, name] = namespaced ? [rest[2], rest[3]] : [rest[0], rest[1]];
  if (resource === undefined || name === undefined) return undefined;
  const place = placeOfPlural(core ? version : `${group}/${version}`, resource);
  const scope = namespaced ? `${rest[1]}/` : '';
  // Objects of definitions lie below their group and resource.
  if (place === undefined) {
    return group.includes('.') ? `/registry/${group}/${resource}/${scope}${name}` : undefined;
  }
  return `/registry/${place.storage}/${scope}${name}`;
}
