import { refusal, success, type Result } from '../../../base/result.ts';

/** What `npm run serve` can be told. */
export interface ServeOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The interface to listen on. */
  readonly host: string;
  readonly nodes: number;
  /** 1, 3 or 5. */
  readonly controlPlanes: number;
  readonly seed: number;
  /** Virtual seconds per wall second. */
  readonly speed: number;
  /** Where the kubeconfig is written; by default below `.cache`. */
  readonly kubeconfig: string | undefined;
  /** Origins of pages elsewhere that may attach to the cluster. */
  readonly allowedOrigins: readonly string[];
}

export const USAGE = `usage: npm run serve -- [--port 8001] [--host 127.0.0.1] [--nodes 3] [--control-planes 1|3|5] [--seed S] [--speed X] [--kubeconfig FILE] [--allow-origin URL]`;

const DEFAULTS: ServeOptions = {
  port: 8001,
  host: '127.0.0.1',
  nodes: 3,
  controlPlanes: 1,
  seed: 7,
  speed: 1,
  kubeconfig: undefined,
  allowedOrigins: [],
};

/** Reads the command line; a refusal says what is wrong with it. */
export function readServeOptions(args: readonly string[]): Result<ServeOptions, string> {
  let options = DEFAULTS;
  const words = args.flatMap((arg) => {
    const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
    return equals < 0 ? [arg] : [arg.slice(0, equals), arg.slice(equals + 1)];
  });
  for (let at = 0; at < words.length; at += 2) {
    const [flag = '', value] = [words[at], words[at + 1]];
    if (value === undefined) return refusal(`${flag} needs a value`);
    const changed = withFlag(options, flag, value);
    if (!changed.ok) return changed;
    options = changed.value;
  }
  return success(options);
}

function withFlag(
  options: ServeOptions,
  flag: string,
  value: string,
): Result<ServeOptions, string> {
  const number = (min: number, max: number): number | undefined => {
    const read = value.trim() === '' ? Number.NaN : Number(value);
    return read >= min && read <= max ? read : undefined;
  };
  const whole = (min: number, max: number): number | undefined => {
    const read = number(min, max);
    return Number.isInteger(read) ? read : undefined;
  };
  const set = (name: keyof ServeOptions, read: number | string | undefined) =>
    read === undefined
      ? refusal(`${flag} ${value}: not a value it takes`)
      : success({ ...options, [name]: read });
  switch (flag) {
    case '--port':
      return set('port', whole(0, 65_535));
    case '--host':
      return set('host', value);
    case '--nodes':
      return set('nodes', whole(0, 5000));
    case '--seed':
      return set('seed', whole(0, 2 ** 32 - 1));
    case '--speed':
      return set('speed', number(0.1, 1000));
    case '--allow-origin': {
      const origin = URL.canParse(value) ? new URL(value).origin : 'null';
      return origin === 'null'
        ? set('allowedOrigins', undefined)
        : success({ ...options, allowedOrigins: [...options.allowedOrigins, origin] });
    }
    case '--kubeconfig':
      return set('kubeconfig', value);
    case '--control-planes':
      return set('controlPlanes', ['1', '3', '5'].includes(value) ? Number(value) : undefined);
    default:
      return refusal(`${flag}: no such flag`);
  }
}
