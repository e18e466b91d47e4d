import { fork } from '../../kernel/checkpoint.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';
import { createSession, type Session } from '../session.ts';

/** Beyond this a question has no answer. */
const PATIENCE = 30 * SECOND;

/**
 * What a question is answered at this moment: it is asked in a copy of the world, in which time passes until the answer is
 * there. So looking at the past does not change it. Undefined: no answer came.
 */
export function askCopy<Answer>(
  world: World,
  ask: (session: Session, onAnswer: (answer: Answer) => void) => void,
): Answer | undefined {
  const session = createSession(fork(world));
  const answers: Answer[] = [];
  ask(session, (answer) => answers.push(answer));
  const deadline = world.now + PATIENCE;
  while (answers.length === 0 && session.world.now < deadline)
    session.advance(session.world.now + 5 * MILLISECOND, Number.MAX_SAFE_INTEGER);
  return answers[0];
}
