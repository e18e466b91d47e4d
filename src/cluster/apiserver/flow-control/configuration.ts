import { compareStrings } from '../../../base/compare.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../../api/generated/types.ts';
import { bootstrapLevels, bootstrapSchemas } from './bootstrap.ts';

/** FlowSchemas and PriorityLevelConfigurations, digested for the way of a request. Frozen, all of it. */
export interface FlowConfiguration {
  /** Lowest precedence number first; every request meets one of them. */
  readonly schemas: readonly FlowSchema[];
  readonly levels: ReadonlyMap<string, LevelSettings>;
}

/** More seats than there will ever be: a world holds no infinite numbers. */
const NO_BOUND = Number.MAX_SAFE_INTEGER;

/** One priority level. Frozen. */
export interface LevelSettings {
  readonly name: string;
  readonly isExempt: boolean;
  /** Seats that are its own share of the server's. */
  readonly nominal: number;
  /** How many of them it may lend. */
  readonly lendable: number;
  /** The most it may have, its own and borrowed; NO_BOUND without one. */
  readonly most: number;
  /** Undefined: what does not fit is refused. */
  readonly queuing:
    | { readonly queues: number; readonly handSize: number; readonly queueLengthLimit: number }
    | undefined;
}

/** The mandatory objects hold even when somebody has deleted them. */
const MANDATORY = ['exempt', 'catch-all'];

/**
 * Puts a configuration together. A schema whose level does not exist is left out, as upstream treats it (its condition
 * Dangling is true).
 */
export function flowConfiguration(
  stored: {
    readonly schemas: readonly FlowSchema[];
    readonly levels: readonly PriorityLevelConfiguration[];
  },
  serverConcurrency: number,
): FlowConfiguration {
  const configured = withMandatory(stored.levels, bootstrapLevels);
  let shares = 0;
  for (const { spec } of configured) shares += sharesOf(spec);
  const levels = new Map(
    configured.map((level) => {
      const settings = settingsOf(level, { shares, serverConcurrency });
      return [settings.name, settings];
    }),
  );
  const schemas = withMandatory(stored.schemas, bootstrapSchemas)
    .filter(({ spec }) => levels.has(spec.priorityLevelConfiguration.name))
    .toSorted(
      (a, b) =>
        precedenceOf(a) - precedenceOf(b) ||
        compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''),
    );
  return Object.freeze({ schemas, levels });
}

function withMandatory<T extends { readonly metadata: { readonly name?: string } }>(
  stored: readonly T[],
  bootstrap: readonly T[],
): readonly T[] {
  const missing = bootstrap.filter(
    ({ metadata }) =>
      MANDATORY.includes(metadata.name ?? '') &&
      !stored.some((each) => each.metadata.name === metadata.name),
  );
  return [...stored, ...missing];
}

function precedenceOf({ spec }: FlowSchema): number {
  return spec.matchingPrecedence ?? 1000;
}

function sharesOf(spec: PriorityLevelConfiguration['spec']): number {
  return spec.type === 'Exempt'
    ? (spec.exempt?.nominalConcurrencyShares ?? 0)
    : (spec.limited?.nominalConcurrencyShares ?? 30);
}

function settingsOf(
  { metadata, spec }: PriorityLevelConfiguration,
  { shares, serverConcurrency }: { readonly shares: number; readonly serverConcurrency: number },
): LevelSettings {
  const isExempt = spec.type === 'Exempt';
  const own = sharesOf(spec);
  const nominal = shares === 0 ? 0 : Math.ceil((serverConcurrency * own) / shares);
  const lendablePercent = (isExempt ? spec.exempt : spec.limited)?.lendablePercent ?? 0;
  const borrowing = spec.limited?.borrowingLimitPercent;
  const response = spec.limited?.limitResponse;
  const queuing = response?.type === 'Queue' ? response.queuing : undefined;
  return Object.freeze({
    name: metadata.name ?? '',
    isExempt,
    nominal,
    lendable: Math.round((nominal * lendablePercent) / 100),
    most: borrowing === undefined ? NO_BOUND : nominal + Math.round((nominal * borrowing) / 100),
    queuing:
      response?.type !== 'Queue'
        ? undefined
        : Object.freeze({
            queues: queuing?.queues ?? 64,
            handSize: queuing?.handSize ?? 8,
            queueLengthLimit: queuing?.queueLengthLimit ?? 50,
          }),
  });
}
