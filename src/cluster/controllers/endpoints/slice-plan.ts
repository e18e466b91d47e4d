import type {
  DiscoveryV1EndpointPort,
  Endpoint,
  EndpointSlice,
} from '../../../api/generated/types.ts';
import { compareNumbers } from '../../../base/compare.ts';
import type { Members, Wanted } from './members.ts';
import { portsKey } from './ports.ts';

/** Upstream's --max-endpoints-per-slice. */
export const ENDPOINTS_MAX = 100;

/** What is to become of a Service's slices, so that each pod is told once and no slice is rewritten in vain. */
export interface SlicePlan {
  readonly create: readonly NewSlice[];
  readonly update: readonly ChangedSlice[];
  readonly remove: readonly EndpointSlice[];
}

export interface NewSlice {
  readonly ports: readonly DiscoveryV1EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface ChangedSlice extends NewSlice {
  readonly slice: EndpointSlice;
}

/** A slice while its endpoints are worked out. */
interface Draft {
  readonly slice: EndpointSlice | undefined;
  readonly ports: readonly DiscoveryV1EndpointPort[];
  readonly key: string;
  endpoints: Endpoint[];
  touched: boolean;
}

/**
 * Changes the slices of changed pods only. New endpoints fill slices that are written anyway, then one that
 * has room for all of them, then slices of their own; an empty slice goes, unless it is the only one.
 */
export function planSlices(
  members: Members,
  slices: ReadonlyMap<string, EndpointSlice>,
): SlicePlan {
  const drafts = new Map<string, Draft>();
  for (const [key, slice] of slices) drafts.set(key, draftOf(slice));
  const missing = applyDrift(members, drafts);
  for (const [ports, wanted] of missing) place(ports, wanted, drafts);
  return finish([...drafts.values()], members);
}

function draftOf(slice: EndpointSlice): Draft {
  const ports = slice.ports ?? [];
  // The endpoints are copied when the first of them changes.
  return { slice, ports, key: portsKey(ports), endpoints: [], touched: false };
}

/** Corrects and takes out endpoints where they are; what is told nowhere is handed back, by ports. */
function applyDrift(
  members: Members,
  drafts: ReadonlyMap<string, Draft>,
): ReadonlyMap<string, Wanted[]> {
  const edits = new Map<Draft, Map<Endpoint, Endpoint | undefined>>();
  const missing = new Map<string, Wanted[]>();
  for (const key of members.drift) {
    const wanted = members.wanted.get(key);
    const told = members.told.get(key);
    const draft = told === undefined ? undefined : drafts.get(told.slice);
    const stays = wanted !== undefined && draft?.key === wanted.key;
    if (told !== undefined && draft !== undefined) {
      const changes = edits.get(draft) ?? new Map<Endpoint, Endpoint | undefined>();
      edits.set(draft, changes.set(told.endpoint, stays ? wanted.endpoint : undefined));
    }
    if (wanted === undefined || stays) continue;
    const list = missing.get(wanted.key);
    if (list === undefined) missing.set(wanted.key, [wanted]);
    else list.push(wanted);
  }
  for (const [draft, changes] of edits) edit(draft, changes);
  return missing;
}

function edit(draft: Draft, changes: ReadonlyMap<Endpoint, Endpoint | undefined>): void {
  touch(draft);
  draft.endpoints = draft.endpoints.flatMap((endpoint) => {
    const next = changes.has(endpoint) ? changes.get(endpoint) : endpoint;
    return next === undefined ? [] : [next];
  });
}

function touch(draft: Draft): void {
  if (draft.touched) return;
  draft.touched = true;
  draft.endpoints = [...(draft.slice?.endpoints ?? [])];
}

function sizeOf(draft: Draft): number {
  return draft.touched ? draft.endpoints.length : (draft.slice?.endpoints?.length ?? 0);
}

function place(ports: string, wanted: readonly Wanted[], drafts: Map<string, Draft>): void {
  const queue = wanted.map((each) => each.endpoint);
  const candidates = [...drafts.values()].filter((draft) => draft.key === ports);
  // The fullest first, so that few slices stay half empty.
  const open = candidates
    .filter((draft) => draft.touched)
    .sort((a, b) => compareNumbers(sizeOf(b), sizeOf(a)));
  for (const draft of open) fill(draft, queue);
  if (queue.length > 0) {
    const roomy = candidates
      .filter((draft) => !draft.touched && sizeOf(draft) + queue.length <= ENDPOINTS_MAX)
      .reduce<Draft | undefined>(
        (best, each) => (best === undefined || sizeOf(each) > sizeOf(best) ? each : best),
        undefined,
      );
    if (roomy !== undefined) {
      touch(roomy);
      fill(roomy, queue);
    }
  }
  const first = wanted[0];
  while (queue.length > 0 && first !== undefined) {
    const draft: Draft = {
      slice: undefined,
      ports: first.ports,
      key: ports,
      endpoints: [],
      touched: true,
    };
    fill(draft, queue);
    // No existing slice's key begins with an asterisk.
    drafts.set(`*${drafts.size}`, draft);
  }
}

function fill(draft: Draft, queue: Endpoint[]): void {
  draft.endpoints.push(...queue.splice(0, ENDPOINTS_MAX - draft.endpoints.length));
}

function finish(drafts: readonly Draft[], members: Members): SlicePlan {
  const empty: EndpointSlice[] = [];
  const create: NewSlice[] = [];
  const update: ChangedSlice[] = [];
  let kept = 0;
  for (const draft of drafts) {
    const { slice } = draft;
    if (slice !== undefined && sizeOf(draft) === 0) empty.push(slice);
    else kept += 1;
    if (!draft.touched || sizeOf(draft) === 0) continue;
    if (slice === undefined) create.push(draft);
    else update.push({ slice, ports: draft.ports, endpoints: draft.endpoints });
  }
  // Without any endpoint one empty slice says that there is none.
  if (kept === 0 && members.wanted.size === 0) return placeholder(empty);
  // A slice that would go is used again for one that would come.
  while (empty.length > 0 && create.length > 0) {
    const slice = empty.pop();
    const next = create.pop();
    if (slice !== undefined && next !== undefined) {
      update.push({ slice, ports: next.ports, endpoints: next.endpoints });
    }
  }
  return { create, update, remove: empty };
}

function placeholder(empty: readonly EndpointSlice[]): SlicePlan {
  const [first, ...others] = empty;
  const nothing: NewSlice = { ports: [], endpoints: [] };
  if (first === undefined) return { create: [nothing], update: [], remove: [] };
  const isReady = (first.endpoints?.length ?? 0) === 0 && (first.ports?.length ?? 0) === 0;
  return { create: [], update: isReady ? [] : [{ slice: first, ...nothing }], remove: others };
}
