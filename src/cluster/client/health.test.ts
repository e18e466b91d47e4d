import { expect, test } from 'vitest';
import type { HealthAnswer } from '../messages.ts';
import { isGuarded } from './delegated-access.ts';
import { answerHealth } from './health.ts';

function asked(path: string, failure?: string): HealthAnswer | undefined {
  let answer: HealthAnswer | undefined;
  const env = {
    from: 'someone',
    send: (_to: string, message: HealthAnswer) => {
      answer = message;
    },
  };
  answerHealth(env, { type: 'health/check', id: 1, path }, [{ name: 'leaderElection', failure }]);
  return answer;
}

test.each(['/healthz', '/livez', '/readyz?verbose', '/livez/leaderElection'])(
  '%s is anybody’s to ask',
  (path) => {
    expect(isGuarded({ type: 'health/check', id: 1, path })).toBe(false);
    expect(asked(path)).toMatchObject({ code: 200, body: 'ok' });
    expect(asked(path, 'lost')).toMatchObject({ code: 500 });
  },
);

test.each(['/metrics', '/metrics?x=1', '/debug/pprof/', '/healthzz'])(
  '%s is not for strangers',
  (path) => {
    expect(isGuarded({ type: 'health/check', id: 1, path })).toBe(true);
  },
);
