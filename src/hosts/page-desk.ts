import type { MachineQuestion } from '../api/machines/questions.ts';
import type {
  ClockCommand,
  EngineMessage,
  PageApiRequest,
  PageApiResponse,
  PageMessage,
  WhyAnswer,
  WhyLink,
} from '../bridge/protocol.ts';
import type { SchedulingQuestion } from '../bridge/scheduling.ts';
import { storedAt } from '../cluster/observe.ts';
import { chainOf, type Cause } from '../kernel/cause.ts';
import type { World } from '../kernel/world.ts';
import { etcdKeyOf } from './observer/etcd-keys.ts';
import type { MachineDesk } from './machines/desk.ts';
import type { Pacer } from './pacer.ts';
import { askCopy } from './recording/ask-copy.ts';
import type { Recording } from './recording/recording.ts';
import type { Session } from './session.ts';
import { standardRun } from './standard-run.ts';
import { createAlarms } from './worker/alarms.ts';
import { createFrameBuilder, type FrameBuilder } from './worker/frames.ts';
import { createStreams } from './worker/streams.ts';

/**
 * What one page says to a session, and what it is told: all of the protocol but opening and storing sessions, which are the
 * host's. The browser's worker has one such desk, a server one for each page that is attached.
 */
export interface PageDesk {
  /** `open`, `shown` and `save` are not for a desk, and do nothing. */
  receive(message: PageMessage): void;
  /** To be called after each slice of time: wakes who is due, and sends a frame when the page has drawn the last one. */
  tick(): void;
  /** The page has gone, or gets another session. */
  close(): void;
}

export interface PageDeskOptions {
  readonly session: Session;
  readonly pacer: Pacer;
  /** Where there is one, the clock can be set back. */
  readonly recording?: Recording;
  /** Milliseconds of wall time. */
  readonly clock: () => number;
  post(message: EngineMessage): void;
  /** The page changed something; `at once`: what must survive the host's end before its answer is sent. */
  onActed?(how: 'at once' | 'soon'): void;
  /** What has made frames of this world for the page so far; by default the page has seen none. */
  readonly frames?: FrameBuilder;
}

/** Makes something when it is first wanted. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => (made ??= make());
}

/** Frames closer together than this would be drawn on the same animation frame. */
export const FRAME_EVERY_MILLIS = 16;

export function createPageDesk(options: PageDeskOptions): PageDesk {
  const { session, pacer, recording, clock, post } = options;
  const { world } = session;
  const driver = { session, pacer, recording };
  const frames = options.frames ?? createFrameBuilder(world, driver, clock);
  frames.follow(driver);
  const streams = createStreams(post);
  const alarms = createAlarms((id) => post({ type: 'woken', id }));
  // What is asked seldom is loaded when it is asked for first: the page lives the sooner.
  const scheduling = once(async () =>
    (await import('./scheduling/answer.ts')).createSchedulingDesk(
      clock,
      () => new Promise((resolve) => setTimeout(resolve, 0)),
    ),
  );
  const machines = once(async () => (await import('./machines/desk.ts')).createMachineDesk());
  let acknowledged = true;
  let lastFrameAt = Number.NEGATIVE_INFINITY;

  function answerMachine(desk: MachineDesk, id: number, question: MachineQuestion): void {
    const tell = (answer: unknown): void => post({ type: 'machine-result', id, answer });
    if (desk.isAct(question)) byHand(() => desk.answer(session, question, tell));
    else if (recording?.isAtEnd !== false) desk.answer(session, question, tell);
    else tell(askCopy(world, (copy, onAnswer) => desk.answer(copy, question, onAnswer)));
  }

  function readInPast(request: PageApiRequest): PageApiResponse {
    const answer = askCopy<PageApiResponse>(world, (copy, onResponse) =>
      copy.request(request, { onResponse }),
    );
    const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
    return answer ?? { code: 0, body: { ...body, message: 'no answer' }, warnings: [] };
  }

  /** What fails here failed in a copy: the question alone goes unanswered, and the page says why. */
  async function answerScheduling(id: number, question: SchedulingQuestion): Promise<void> {
    try {
      const desk = await scheduling();
      let answer: ReturnType<typeof desk.answer> | undefined;
      if (question.kind === 'configure') byHand(() => (answer = desk.answer(world, question)));
      else answer = desk.answer(world, question);
      post({ type: 'scheduling-result', id, answer: await answer });
    } catch (error) {
      console.error(error);
      post({ type: 'scheduling-result', id, answer: undefined });
    }
  }

  /** What types there are takes texts that are loaded when they are first asked for. */
  async function describeTypes(id: number, request: PageApiRequest): Promise<void> {
    const { answerOpenApi } = await import('./open-api/in-session.ts');
    post({ type: 'api-result', id, response: await answerOpenApi(session, request) });
  }

  function commandClock(command: ClockCommand): void {
    switch (command.kind) {
      case 'seek':
        recording?.seek(command.at);
        return;
      case 'step-back':
        recording?.stepBack();
        return;
      case 'present':
        recording?.toEnd();
        return;
      case 'former':
        recording?.toFormer();
        return;
      case 'keep':
        recording?.keep();
        return;
      case 'undo':
        recording?.undo(command.acts);
        return;
      default:
        pacer.command(command);
    }
  }

  /** What is done to the world's data past the session is an act all the same, and cannot be repeated: it is kept as it came out. */
  function byHand(act: () => void): void {
    recording?.beforeHand();
    act();
    recording?.afterHand();
    options.onActed?.('soon');
  }

  if (recording !== undefined) {
    recording.onBecame = () => {
      frames.reset();
      // Whoever sleeps until a time of another present wakes, and looks at this one.
      alarms.ring(Number.POSITIVE_INFINITY);
    };
  }

  function receive(message: PageMessage): void {
    switch (message.type) {
      case 'clock':
        commandClock(message.command);
        return;
      case 'api':
        if (message.request.method === 'GET' && message.request.path.startsWith('/openapi/')) {
          void describeTypes(message.id, message.request);
          return;
        }
        if (recording?.isAtEnd === false && message.request.method === 'GET') {
          post({ type: 'api-result', id: message.id, response: readInPast(message.request) });
          return;
        }
        session.request(message.request, {
          onResponse(response) {
            // What the person is told has happened must survive a reload a moment later.
            if (message.request.method !== 'GET') options.onActed?.('at once');
            post({ type: 'api-result', id: message.id, response });
          },
        });
        return;
      case 'api-stream':
        streams.open(session, message.stream, message.request);
        return;
      case 'api-stream-input': {
        const { stream, channel, data, last } = message;
        streams.input(session, stream, { channel, data, ...(last === undefined ? {} : { last }) });
        return;
      }
      case 'api-stream-cancel':
        streams.close(session, message.stream);
        return;
      case 'wake':
        alarms.set(message.id, world.now, message.afterMicros);
        return;
      case 'lab':
        post({ type: 'lab-result', id: message.id, error: session.lab(message.command) });
        options.onActed?.('soon');
        return;
      case 'subscribe':
        frames.subscribe(message.paths);
        return;
      case 'why':
        post({ type: 'why-result', id: message.id, ...causesOf(world, message.path) });
        return;
      case 'scheduling':
        void answerScheduling(message.id, message.question);
        return;
      case 'machine':
        void machines().then((desk) => answerMachine(desk, message.id, message.question));
        return;
      case 'self-test':
        post({ type: 'self-test-result', id: message.id, ...standardRun(message.seed, 'none') });
        return;
      case 'end-scenario':
        session.director = undefined;
        return;
      case 'ack':
        acknowledged = true;
        return;
      case 'open':
      case 'shown':
      case 'save':
        return;
    }
  }

  return {
    receive,
    tick() {
      alarms.ring(world.now);
      const now = clock();
      if (!acknowledged || now - lastFrameAt < FRAME_EVERY_MILLIS) return;
      acknowledged = false;
      lastFrameAt = now;
      post({ type: 'frame', frame: frames.build() });
    },
    close() {
      streams.endAll(session);
      alarms.ring(Number.POSITIVE_INFINITY);
    },
  };
}

/** Why an object is as it is: the chain of its last write, and that of its creation where it differs. */
function causesOf(world: World, path: string): WhyAnswer {
  const key = etcdKeyOf(path);
  const stored = key === undefined ? undefined : storedAt(world, key);
  const cause = stored?.cause ?? stored?.createdCause;
  const created = stored?.createdCause;
  return { chain: linksOf(cause), origin: created === cause ? [] : linksOf(created) };
}

function linksOf(cause: Cause | undefined): readonly WhyLink[] {
  return cause === undefined ? [] : chainOf(cause).map(({ at, by, what }) => ({ at, by, what }));
}
