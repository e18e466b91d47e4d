import type { EngineMessage, PageMessage } from '../../bridge/protocol.ts';

/** What answers the page for a cluster that runs elsewhere. */
export interface AttachedEngine {
  receive(message: PageMessage): void;
  close(): void;
}

export type Post = (message: EngineMessage) => void;

/**
 * The answer to a message that cannot be done, so that nobody waits for ever; undefined where none is expected. `why` is one
 * sentence.
 */
export function answerWithout(message: PageMessage, why: string): EngineMessage | undefined {
  switch (message.type) {
    case 'api':
      return { type: 'api-result', id: message.id, response: noAnswer(why) };
    case 'api-stream':
      return { type: 'api-stream-ended', stream: message.stream, response: noAnswer(why) };
    case 'wake':
      return { type: 'woken', id: message.id };
    case 'lab':
    // Who asks the machines gets an answer of another kind, which tells him that there is none.
    case 'machine':
      return { type: 'lab-result', id: message.id, error: why };
    case 'why':
      return { type: 'why-result', id: message.id, chain: [], origin: [] };
    case 'scheduling':
      return { type: 'scheduling-result', id: message.id, answer: undefined };
    default:
      return undefined;
  }
}

function noAnswer(message: string) {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
  return { code: 0, body, warnings: [] };
}
