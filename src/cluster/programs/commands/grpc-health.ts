import {
  done,
  optionOf,
  parseDuration,
  type Command,
  type CommandResult,
  type Invocation,
  type NetworkCommand,
} from './command.ts';
import { isLocal } from './name-commands.ts';

/** grpc_health_probe: asks a server of gRPC for its health (grpc-ecosystem/grpc-health-probe). */

/** gRPC is HTTP: this is the path of its method. */
const PATH = '/grpc.health.v1.Health/Check';
const ASKED = Object.freeze({ method: 'POST' });
const CONNECT_MICROS = 1_000_000;

/** Its exit codes. */
const INVALID_ARGUMENTS = 1;
const CONNECTION_FAILURE = 2;

interface Address {
  readonly text: string;
  readonly host: string;
  readonly port: number;
}

function addressOf({ argv }: Invocation): Address | undefined {
  const text = optionOf(argv, '--addr', '-addr');
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(text ?? '') ?? [];
  return text === undefined || port === ''
    ? undefined
    : { text, host: host === '' ? 'localhost' : host, port: Number(port) };
}

function patience({ argv }: Invocation): number {
  const lasts = parseDuration(optionOf(argv, '-connect-timeout', '--connect-timeout') ?? '');
  return typeof lasts === 'number' ? lasts : CONNECT_MICROS;
}

/** `status`: of the HTTP answer; undefined where the server speaks gRPC. A server of HTTP 1 alone does not answer in time. */
function judged(call: Invocation, status: number | undefined): CommandResult {
  return status === undefined || status < 400 ? done(0, 'status: SERVING\n') : unreached(call);
}

/** It dials until it has a connection, or until its time is over, whatever is in the way. */
function unreached(call: Invocation): CommandResult {
  const { text = '' } = addressOf(call) ?? {};
  const within = `${patience(call) / 1_000_000}s`;
  return done(
    CONNECTION_FAILURE,
    '',
    `timeout: failed to connect service ${JSON.stringify(text)} within ${within}\n`,
  );
}

export const askGrpcHealth: Command = (call) => {
  const address = addressOf(call);
  if (address === undefined) return done(INVALID_ARGUMENTS, '', 'error: --addr not specified\n');
  const { host, port } = address;
  if (isLocal(host, call)) {
    const answer = call.local(port, PATH, ASKED);
    return answer.kind === 'open' ? judged(call, answer.status) : unreached(call);
  }
  const timeoutMicros = patience(call);
  return {
    kind: 'network',
    request: Object.freeze({
      kind: 'connect',
      host,
      port,
      path: PATH,
      asked: ASKED,
      timeoutMicros,
    }),
  };
};

export const grpcHealthAnswered: NetworkCommand = (call, answer) =>
  answer.kind === 'connected' ? judged(call, answer.status) : unreached(call);
