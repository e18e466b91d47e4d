import type { MachineAnswers, MachineQuestion } from '../api/machines/questions.ts';
import type {
  EngineMessage,
  LabCommand,
  PageApiRequest,
  PageApiResponse,
  PageMessage,
  SessionSource,
  WhyAnswer,
} from './protocol.ts';
import type { SchedulingAnswers, SchedulingQuestion } from './scheduling.ts';

/** What carries messages: a worker, or a stand-in in tests. */
export interface EngineTransport {
  post(message: PageMessage): void;
  onMessage(handler: (message: EngineMessage) => void): void;
  /** The engine's thread died of an error it could not report itself. */
  onError(handler: (message: string) => void): void;
  close(): void;
}

export type StreamListener = (
  events: readonly { readonly type: string; readonly object: unknown }[],
) => void;

/** Hears pieces of a log or of a command's output. */
export type StreamDataListener = (channel: number, data: string) => void;

export interface ApiStream {
  /** Says something in a stream that was opened with `upgrade`. */
  input(channel: number, data: string, last?: true): void;
  /** Resolves when the stream has ended, with `code` 0 when it was cut off. Never rejects. */
  readonly done: Promise<PageApiResponse>;
  close(): void;
}

/** The page's side of the bridge: commands out, frames in, answers matched to questions. */
export interface EngineClient {
  send(message: PageMessage): void;
  /** Hears every message that is not an answer: `ready`, `frame`, `crashed`. Answers an unsubscribe function. */
  onMessage(handler: (message: EngineMessage) => void): () => void;
  /** A request to the Kubernetes API as the person at the page. Never rejects. */
  api(request: PageApiRequest): Promise<PageApiResponse>;
  /** Opens a stream of the Kubernetes API: a watch, a followed log. */
  stream(request: PageApiRequest, onEvents: StreamListener, onData?: StreamDataListener): ApiStream;
  /** Resolves when so much of the cluster's time has passed. */
  wake(afterMicros: number): Promise<void>;
  /** Breaks or mends something; a sentence when that was refused. */
  lab(command: LabCommand): Promise<string | undefined>;
  /** The chains of causes behind an object's last change and its creation, each from the first act on. */
  why(path: string): Promise<WhyAnswer>;
  /** Asks about scheduling; undefined when the engine could not answer, or restarted meanwhile. */
  scheduling<Question extends SchedulingQuestion>(
    question: Question,
  ): Promise<SchedulingAnswers[Question['kind']] | undefined>;
  /** What tools on the machines ask. A question without an answer stays open; it rejects when the engine has restarted. */
  machines<Question extends MachineQuestion>(
    question: Question,
  ): Promise<MachineAnswers[Question['kind']]>;
  /** The hash of the standard run in this engine; undefined when it crashed. */
  selfTest(seed: number): Promise<string | undefined>;
  /** Opens another session on the same engine. */
  open(session: SessionSource): void;
  close(): void;
}

/** The name of the error when there is nobody to ask about machines. */
const NO_MACHINES = 'NoMachines';

/**
 * Connects to an engine. When it crashes, a new transport is opened by `connect` and the session goes
 * on from the last snapshot; `crashed` has then been delivered first, so that the page can say so.
 */
export function createEngineClient(connect: () => EngineTransport): EngineClient {
  const handlers = new Set<(message: EngineMessage) => void>();
  const waiting = new Map<number, (answer: EngineMessage | undefined) => void>();
  const streams = new Map<
    number,
    {
      readonly onEvents: StreamListener;
      readonly onData: StreamDataListener | undefined;
      readonly end: (response: PageApiResponse) => void;
    }
  >();
  let nextId = 1;
  let crashes = 0;
  let transport = start();

  function start(): EngineTransport {
    const opened = connect();
    opened.onMessage((message) => receive(message));
    opened.onError((message) => receive({ type: 'crashed', message, stack: '' }));
    return opened;
  }

  function receive(message: EngineMessage): void {
    if ('stream' in message) {
      const stream = streams.get(message.stream);
      if (message.type === 'api-stream') stream?.onEvents(message.events);
      else if (message.type === 'api-stream-data') stream?.onData?.(message.channel, message.data);
      else if (streams.delete(message.stream)) stream?.end(message.response);
      return;
    }
    if ('id' in message) {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
      return;
    }
    for (const handler of handlers) handler(message);
    if (message.type === 'crashed') recover();
  }

  function recover(): void {
    transport.close();
    for (const answer of waiting.values()) answer(undefined);
    waiting.clear();
    for (const { end } of streams.values()) end(ENGINE_RESTARTED);
    streams.clear();
    crashes += 1;
    transport = start();
    // A snapshot that crashes the engine each time must not lock the person out.
    transport.post({
      type: 'open',
      session: crashes > 3 ? { kind: 'fresh', setUp: undefined } : { kind: 'resume' },
    });
  }

  function ask(build: (id: number) => PageMessage): Promise<EngineMessage | undefined> {
    const id = nextId++;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      transport.post(build(id));
    });
  }

  return {
    send: (message) => transport.post(message),
    onMessage(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    async api(request) {
      const answer = await ask((id) => ({ type: 'api', id, request }));
      return answer?.type === 'api-result' ? answer.response : ENGINE_RESTARTED;
    },
    stream(request, onEvents, onData) {
      const stream = nextId++;
      let end: (response: PageApiResponse) => void = () => undefined;
      const done = new Promise<PageApiResponse>((resolve) => {
        end = resolve;
      });
      streams.set(stream, { onEvents, onData, end });
      transport.post({ type: 'api-stream', stream, request });
      return {
        done,
        input(channel, data, last) {
          const piece = { channel, data, ...(last === undefined ? undefined : { last }) };
          transport.post({ type: 'api-stream-input', stream, ...piece });
        },
        close() {
          if (!streams.delete(stream)) return;
          transport.post({ type: 'api-stream-cancel', stream });
          end({ code: 200, body: undefined, warnings: [] });
        },
      };
    },
    async wake(afterMicros) {
      await ask((id) => ({ type: 'wake', id, afterMicros }));
    },
    async lab(command) {
      const answer = await ask((id) => ({ type: 'lab', id, command }));
      return answer?.type === 'lab-result' ? answer.error : 'the engine restarted meanwhile';
    },
    async why(path) {
      const answer = await ask((id) => ({ type: 'why', id, path }));
      return answer?.type === 'why-result' ? answer : { chain: [], origin: [] };
    },
    async scheduling<Question extends SchedulingQuestion>(question: Question) {
      const answer = await ask((id) => ({ type: 'scheduling', id, question }));
      // The engine answers a question of a kind with an answer of that kind.
      return answer?.type === 'scheduling-result'
        ? (answer.answer as SchedulingAnswers[Question['kind']] | undefined)
        : undefined;
    },
    async machines(question) {
      const answer = await ask((id) => ({ type: 'machine', id, question }));
      if (answer?.type !== 'machine-result') {
        const why = answer?.type === 'lab-result' ? answer.error : undefined;
        throw Object.assign(new Error(why ?? 'the engine has restarted'), { name: NO_MACHINES });
      }
      // The engine answers each kind of question with its kind of answer.
      return answer.answer as never;
    },
    async selfTest(seed) {
      const answer = await ask((id) => ({ type: 'self-test', id, seed }));
      return answer?.type === 'self-test-result' ? answer.hash : undefined;
    },
    open: (session) => transport.post({ type: 'open', session }),
    close: () => transport.close(),
  };
}

const ENGINE_RESTARTED: PageApiResponse = {
  code: 0,
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'EngineRestarted',
    message: 'the engine restarted before it answered; try again',
  },
  warnings: [],
};

/** A transport over the browser's worker. */
export function workerTransport(worker: Worker): EngineTransport {
  return {
    post: (message) => worker.postMessage(message),
    onMessage(handler) {
      worker.addEventListener('message', (event: MessageEvent<EngineMessage>) =>
        handler(event.data),
      );
    },
    onError(handler) {
      worker.addEventListener('error', (event) => handler(event.message));
    },
    close: () => worker.terminate(),
  };
}
