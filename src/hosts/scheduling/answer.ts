import type { SchedulingAnswer, SchedulingQuestion } from '../../bridge/scheduling.ts';
import type { World } from '../../kernel/world.ts';
import { configurationText, configure } from './configuration.ts';
import { explain } from './explain.ts';
import type { Turn } from './trial-world.ts';
import { whatWouldFit } from './what-would-fit.ts';
import { whereWouldItGo } from './where-would-it-go.ts';

/** Answers the page's questions about scheduling, one with trials at a time. */
export interface SchedulingDesk {
  answer(world: World, question: SchedulingQuestion): SchedulingAnswer | Promise<SchedulingAnswer>;
}

/** Work of about this length is done in one go; then others have their turn. */
const PIECE_MILLIS = 6;

/**
 * `clock` answers milliseconds; `pause` resolves after whatever else waits had its turn. A new question that needs
 * trials ends the one before it.
 */
export function createSchedulingDesk(
  clock: () => number,
  pause: () => Promise<void>,
): SchedulingDesk {
  let asked = 0;

  function turnFor(question: number): Turn {
    let began = clock();
    return async () => {
      if (clock() - began >= PIECE_MILLIS) {
        await pause();
        began = clock();
      }
      return question === asked;
    };
  }

  return {
    answer(world, question) {
      switch (question.kind) {
        case 'explain':
          return explain(world, question.pod);
        case 'configuration':
          return configurationText(world);
        case 'configure':
          return configure(world, question.text);
        case 'what-would-fit':
          return whatWouldFit(world, question.pod, turnFor(++asked));
        case 'where-would-it-go':
          return whereWouldItGo(world, question, turnFor(++asked));
      }
    },
  };
}
