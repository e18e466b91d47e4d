import { JqError } from './syntax.ts';
import { fromEntries, getAt, withAt } from './value.ts';

type Path = readonly unknown[];

export function getPath(value: unknown, path: Path): unknown {
  let current = value;
  for (const key of path) {
    if (current === null || current === undefined) return null;
    current = isSlice(key)
      ? (current as unknown[]).slice(key.start ?? 0, key.end ?? undefined)
      : getAt(current, key);
  }
  return current;
}

export function setPath(value: unknown, path: Path, next: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (isSlice(key)) {
    const list = (value as unknown[] | null) ?? [];
    const start = key.start ?? 0;
    const end = key.end ?? list.length;
    const inner = setPath(list.slice(start, end), rest, next);
    if (!Array.isArray(inner))
      throw new JqError('A slice of an array can only be assigned another array');
    return [...list.slice(0, start), ...(inner as unknown[]), ...list.slice(end)];
  }
  return withAt(value, key, setPath(getAt(value, key), rest, next));
}

export function deletePath(value: unknown, path: Path): unknown {
  const [key, ...rest] = path;
  if (key === undefined || value === null || value === undefined) return null;
  if (rest.length > 0) {
    const inner = getAt(value, key);
    return inner === null ? value : withAt(value, key, deletePath(inner, rest));
  }
  if (isSlice(key)) {
    const list = value as unknown[];
    return [...list.slice(0, key.start ?? 0), ...list.slice(key.end ?? list.length)];
  }
  if (Array.isArray(value))
    return value.filter((_, i) => i !== Number(key) && i - value.length !== Number(key));
  return fromEntries(Object.entries(value as object).filter(([name]) => name !== key));
}

function isSlice(
  key: unknown,
): key is { readonly start: number | null; readonly end: number | null } {
  return typeof key === 'object' && key !== null && 'start' in key;
}
