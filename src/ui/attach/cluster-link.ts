import type { SessionSource } from '../../bridge/protocol.ts';

/**
 * The address of this page names the cluster that it is attached to: `?cluster=http://127.0.0.1:8001`, or `?cluster=.` for the
 * server that the page came from. A token comes behind the `#`, which no server sees, and is taken out of the address at once.
 */
export function clusterOfPage(): string | undefined {
  return new URLSearchParams(location.search).get('cluster') ?? undefined;
}

/** What to open for it, with the token that is known. */
export function attachSource(address: string): SessionSource {
  const given = /^#token=([^&]+)$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    keepToken(address, decodeURIComponent(given));
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return { kind: 'attach', address, token: knownToken(address), page: location.href };
}

/** For as long as this tab is open, and for this cluster alone. */
export function keepToken(address: string, token: string): void {
  try {
    sessionStorage.setItem(keyOf(address), token);
  } catch {
    // A browser that keeps nothing asks again after a reload.
  }
  known.set(address, token);
}

const known = new Map<string, string>();

function knownToken(address: string): string {
  try {
    return known.get(address) ?? sessionStorage.getItem(keyOf(address)) ?? '';
  } catch {
    return '';
  }
}

function keyOf(address: string): string {
  return `kubarium.token ${address}`;
}

/** This page without a cluster elsewhere. */
export function pageOfItsOwn(): string {
  const query = new URLSearchParams(location.search);
  query.delete('cluster');
  return location.pathname + (query.size === 0 ? '' : `?${query.toString()}`);
}
