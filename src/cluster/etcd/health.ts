import type { HealthAnswer, HealthCheck } from '../messages.ts';
import { isRaised } from './apply.ts';
import type { Member } from './member.ts';
import { pledge } from './pledges.ts';
import { NOBODY } from './raft/message.ts';

/**
 * etcd's health endpoints. `/health` answers with a line of JSON; `/livez` and `/readyz` (since 3.6) run a list of
 * checks and print them when one fails or when asked to be `verbose`.
 */

const checks: Readonly<Record<string, readonly string[]>> = {
  '/livez': ['serializable_read'],
  '/readyz': ['data_corruption', 'serializable_read', 'linearizable_read', 'non_learner'],
};

/** Whether a check needs a linearizable read; undefined for a path that etcd does not serve. */
export function healthNeedsQuorum({ path }: HealthCheck): boolean | undefined {
  const { name, query } = partsOf(path);
  if (name === '/health') return !query.includes('serializable=true');
  if (!Object.hasOwn(checks, name)) return undefined;
  return name === '/readyz';
}

/** What is wrong before any read is tried; undefined: nothing. */
export function healthReason({ disk, memory }: Member, { path }: HealthCheck): string | undefined {
  const { name, query } = partsOf(path);
  if (name !== '/health') return undefined;
  if (isRaised(disk, 'CORRUPT') && !query.includes('exclude=CORRUPT')) return 'ALARM CORRUPT';
  if (isRaised(disk, 'NOSPACE') && !query.includes('exclude=NOSPACE')) return 'ALARM NOSPACE';
  if (memory.raft.lead === NOBODY && healthNeedsQuorum({ path } as HealthCheck) === true) {
    return 'RAFT NO LEADER';
  }
  return undefined;
}

/** Answers a check whose read has been served, or has failed with `error`. */
export function answerHealth(
  member: Member,
  given: {
    readonly client: string;
    readonly message: HealthCheck;
    readonly error: string | undefined;
  },
): void {
  const { client, message, error } = given;
  const { id, path, again } = message;
  const { name } = partsOf(path);
  const [code, body] =
    name === '/health'
      ? plainHealth(healthReason(member, message) ?? rangeReason(error))
      : listedHealth(member, path, error);
  // `/health` looks at more than a pledge does.
  const stands = again === true && code === 200 && name !== '/health' && pledge(member, client);
  const answer: HealthAnswer = { type: 'health/answer', id, code, body };
  member.env.send(client, stands ? { ...answer, stands } : answer);
}

function rangeReason(error: string | undefined): string | undefined {
  return error === undefined ? undefined : `RANGE ERROR:${error}`;
}

function plainHealth(reason: string | undefined): readonly [number, string] {
  return reason === undefined
    ? [200, '{"health":"true","reason":""}']
    : [503, `{"health":"false","reason":"${reason}"}\n`];
}

function listedHealth(
  { disk, memory }: Member,
  path: string,
  error: string | undefined,
): readonly [number, string] {
  const { name, query } = partsOf(path);
  const isVerbose = query.some((each) => each.startsWith('verbose'));
  let failed = false;
  const lines = (checks[name] ?? []).map((check) => {
    const reason = checkReason(check);
    if (reason === undefined) return `[+]${check} ok\n`;
    failed = true;
    return `[-]${check} failed: ${reason}\n`;
  });
  if (failed) return [503, lines.join('')];
  return [200, isVerbose ? `${lines.join('')}ok\n` : 'ok\n'];

  function checkReason(check: string): string | undefined {
    switch (check) {
      case 'data_corruption':
        return isRaised(disk, 'CORRUPT') ? 'alarm activated: CORRUPT' : undefined;
      case 'linearizable_read':
        return error === undefined ? undefined : `range error: ${error}`;
      case 'non_learner':
        return memory.raft.conf.learners.includes(disk.memberId) ? 'learner' : undefined;
      default:
        return undefined;
    }
  }
}

function partsOf(path: string): { readonly name: string; readonly query: readonly string[] } {
  const [name = '', search = ''] = path.split('?');
  return { name, query: search === '' ? [] : search.split('&') };
}
