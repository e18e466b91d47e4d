import type { Env } from '../../kernel/process.ts';
import type { HealthAnswer, HealthCheck } from '../messages.ts';

/** One check of a component, as its endpoint lists them; `failure` undefined: it is well. */
export interface NamedCheck {
  readonly name: string;
  readonly failure: string | undefined;
}

/**
 * Answers a probe of a component's health endpoint, in the words of the library that all of them share. What once
 * passes here goes on passing while the process runs. What else is there is not for everybody: `delegated-access.ts`.
 */
export function answerHealth(
  env: Pick<Env<HealthAnswer>, 'from' | 'send'>,
  { id, path, again }: HealthCheck,
  checks: readonly NamedCheck[],
): void {
  if (env.from === undefined) return;
  const failed = checks.some(({ failure }) => failure !== undefined);
  const answer: HealthAnswer = failed
    ? { type: 'health/answer', id, code: 500, body: listing(path, checks) }
    : { type: 'health/answer', id, code: 200, body: 'ok' };
  env.send(env.from, again === true && !failed ? { ...answer, stands: true } : answer);
}

function listing(path: string, checks: readonly NamedCheck[]): string {
  const lines = checks.map(({ name, failure }) =>
    failure === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`,
  );
  const name = path.replace(/^\//, '').split(/[/?]/)[0] ?? '';
  return `${['[+]ping ok', ...lines, `${name} check failed`].join('\n')}\n`;
}
