import type { EngineMessage, PageApiRequest } from '../../bridge/protocol.ts';
import type { Session } from '../session.ts';

/** The page's open streams of the Kubernetes API, and the session's requests behind them. */
export interface Streams {
  open(session: Session, stream: number, request: PageApiRequest): void;
  input(
    session: Session,
    stream: number,
    piece: { readonly channel: number; readonly data: string; readonly last?: true },
  ): void;
  close(session: Session, stream: number): void;
  /** The session is over. */
  endAll(session: Session): void;
}

export function createStreams(post: (message: EngineMessage) => void): Streams {
  const requests = new Map<number, number>();
  return {
    open(session, stream, request) {
      const id = session.request(request, {
        onEvents: (events) => post({ type: 'api-stream', stream, events }),
        onData: (channel, data) => post({ type: 'api-stream-data', stream, channel, data }),
        onResponse(response) {
          requests.delete(stream);
          post({ type: 'api-stream-ended', stream, response });
        },
      });
      requests.set(stream, id);
    },
    input(session, stream, piece) {
      const id = requests.get(stream);
      if (id !== undefined) session.input(id, piece);
    },
    close(session, stream) {
      const id = requests.get(stream);
      if (id !== undefined) session.cancel(id);
      requests.delete(stream);
    },
    endAll(session) {
      const response = {
        code: 0,
        body: {
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          message: 'another session was opened',
        },
        warnings: [],
      };
      for (const [stream, id] of requests) {
        session.cancel(id);
        post({ type: 'api-stream-ended', stream, response });
      }
      requests.clear();
    },
  };
}
