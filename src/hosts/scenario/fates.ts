import { MILLISECOND, type Micros } from '../../kernel/time.ts';
import type { FateTest, RequestLine } from '../../scenarios/format/scenario.ts';
import type { Session, SessionRequest, SessionResponse } from '../session.ts';

/** What became of a request that a scenario made. */
export interface Fate {
  readonly sentAt: Micros;
  answeredAt: Micros | undefined;
  code: number;
  reason: string;
  message: string;
}

/** Sends a request from the laptop; the fate is filled in when the answer comes. */
export function send(
  session: Session,
  request: SessionRequest,
  onAnswer?: (response: SessionResponse) => void,
): Fate {
  const fate: Fate = {
    sentAt: session.world.now,
    answeredAt: undefined,
    code: 0,
    reason: '',
    message: '',
  };
  session.request(request, {
    onResponse(response) {
      const status = response.body as { reason?: unknown; message?: unknown } | undefined;
      fate.answeredAt = session.world.now;
      fate.code = response.code;
      fate.reason = typeof status?.reason === 'string' ? status.reason : '';
      fate.message = typeof status?.message === 'string' ? status.message : '';
      onAnswer?.(response);
    },
  });
  return fate;
}

export function requestOf(line: RequestLine, act: string): SessionRequest {
  return {
    method: line.method,
    path: line.path,
    act,
    ...(line.body === undefined ? undefined : { body: line.body }),
    ...(line.contentType === undefined ? undefined : { contentType: line.contentType }),
    ...(line.user === undefined ? undefined : { user: line.user }),
  };
}

/** Whether a fate is as wanted. A request that waits has none but "no code yet". */
export function isWanted(fate: Fate, test: FateTest): boolean {
  const { codes, reason, message, took } = test;
  if (fate.answeredAt === undefined) return codes !== undefined && codes.length === 0;
  if (codes !== undefined && !codes.includes(fate.code)) return false;
  if (reason !== undefined && fate.reason !== reason) return false;
  if (message !== undefined && !new RegExp(message).test(fate.message)) return false;
  const micros = fate.answeredAt - fate.sentAt;
  return took === undefined || (micros >= took.atLeast && micros <= took.atMost);
}

/** A fate in words, for a report. */
export function fateInWords(fate: Fate | undefined): string {
  if (fate === undefined) return 'nothing was asked';
  if (fate.answeredAt === undefined) return 'no answer yet';
  const tail = [fate.reason, fate.message].filter((each) => each !== '').join(': ');
  const outcome = fate.code === 0 ? 'no server answered' : `code ${fate.code}`;
  const millis = Math.round((fate.answeredAt - fate.sentAt) / MILLISECOND);
  return `${outcome}${tail === '' ? '' : ` (${tail})`} after ${millis} ms`;
}
