import type { KubeObject } from '../../cluster/client/kube-object.ts';
import type { ApiClient, WatchEvent } from './api-client.ts';
import type { FollowedKind } from './kinds.ts';

/** What comes of following a kind. */
export interface Followed {
  onChange(object: KubeObject, deleted: boolean): void;
  /** The whole list is there for the first time, or cannot be had: then `code` says why. */
  onListed(code: number): void;
  /** A list or watch failed, or works again. */
  onConnected(isConnected: boolean): void;
  /** There is no such kind (any more), and nothing more will be told of it. */
  onGone(): void;
}

const AGAIN_MILLIS = 2000;
/** Where watches are not possible, the list is read anew this often. */
const POLL_MILLIS = 5000;
const METADATA_POLL_MILLIS = 10_000;
const PAGE_SIZE = 500;

/**
 * Follows a kind as client-go's reflector does: a list in pages, then a watch from there; after the watch's end another one
 * from the last version seen, and after 410 everything anew. What vanished meanwhile is told as deleted, and so is everything
 * when the kind goes or is no longer to be followed.
 */
export async function follow(
  api: ApiClient,
  kind: FollowedKind,
  { followed, signal }: { readonly followed: Followed; readonly signal: AbortSignal },
): Promise<void> {
  const known = new Map<string, KubeObject>();
  let version = '';
  let canWatch = kind.isWatched;
  let isListed = false;

  function tell(raw: KubeObject, deleted: boolean): void {
    const uid = raw.metadata.uid ?? '';
    const old = known.get(uid);
    if (deleted) known.delete(uid);
    else {
      if (old?.metadata.resourceVersion === raw.metadata.resourceVersion) return;
      known.set(uid, raw);
    }
    followed.onChange(raw, deleted);
  }

  function tellAllGone(): void {
    for (const object of known.values()) followed.onChange(object, true);
    known.clear();
  }
  signal.addEventListener('abort', tellAllGone, { once: true });

  /** Items of a list have no kind of their own, and metadata alone is of another one. */
  const named = (raw: object): KubeObject =>
    ({ ...raw, apiVersion: kind.apiVersion, kind: kind.kind }) as KubeObject;

  async function list(): Promise<number> {
    const seen = new Set<string>();
    let more = '';
    do {
      const path = `${kind.path}?limit=${PAGE_SIZE}${more === '' ? '' : `&continue=${encodeURIComponent(more)}`}`;
      const { code, body } = await api.request(
        { method: 'GET', path, ...(kind.metadataOnly ? { accept: METADATA_LIST } : undefined) },
        signal,
      );
      if (code !== 200) return code;
      // The answer to a list.
      const { items, metadata } = body as {
        readonly items: readonly KubeObject[] | null;
        readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
      };
      for (const item of items ?? []) {
        seen.add(item.metadata.uid ?? '');
        tell(named(item), false);
      }
      more = metadata.continue ?? '';
      version = metadata.resourceVersion ?? '';
    } while (more !== '');
    for (const [uid, object] of known) if (!seen.has(uid)) tell(object, true);
    return 200;
  }

  function take({ type, object }: WatchEvent): void {
    // An API server's events carry an object, or a Status.
    const raw = object as KubeObject;
    if (type === 'ERROR') {
      version = '';
      return;
    }
    version = raw.metadata.resourceVersion ?? version;
    if (type !== 'BOOKMARK') tell(named(raw), type === 'DELETED');
  }

  while (!signal.aborted) {
    if (version === '' || !canWatch) {
      const code = await list();
      if (signal.aborted) return;
      followed.onConnected(code !== 0 && code < 500);
      if (!isListed) followed.onListed(code);
      isListed = true;
      // There is no such kind, or it is not for this user: asking again would change nothing.
      if (code === 404) tellAllGone();
      if (code === 404) followed.onGone();
      if (code === 403 || code === 404) return;
      if (code !== 200) {
        await pause(AGAIN_MILLIS, signal);
        continue;
      }
    }
    if (!canWatch) {
      await pause(kind.metadataOnly ? METADATA_POLL_MILLIS : POLL_MILLIS, signal);
      continue;
    }
    const path = `${kind.path}?watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
    const outcome = await api.watch(path, take, signal);
    if (signal.aborted) return;
    if (outcome === 'never open') {
      // Either no server answers, or watches are not let through; a list tells which.
      version = '';
      const code = await list();
      followed.onConnected(code !== 0 && code < 500);
      canWatch = code !== 200;
    }
    await pause(AGAIN_MILLIS / 4, signal);
  }
}

const METADATA_LIST =
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

export function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
