import { insistentLoad, load, running, type Running } from '../image-profile.ts';
import { done, optionOf, wait, type Command, type Invocation } from './command.ts';

/** Interpreters and JVMs of applications: whatever they serve, they serve on the port that is asked for. */
function application(
  name: string,
  seconds: number,
  memory: number,
  onTerm: Running['onTerm'],
): Command {
  const made = running(name, {
    ports: 'any',
    http: 'any',
    readyAfter: seconds * 1_000_000,
    onTerm,
    load: load(5, memory, 5),
  });
  return () => ({ kind: 'run', running: made });
}

/** As process 1, an interpreter that has no handler does not hear SIGTERM. */
const NOT_HEARD = undefined;

const python: Command = (call) => {
  const { argv } = call;
  const name = 'python';
  const module = optionOf(argv, '-m');
  if (module === 'http.server' || module === 'SimpleHTTPServer') {
    const port = Number(
      argv.slice(argv.indexOf(module) + 1).find((word) => /^\d+$/.test(word)) ?? 8000,
    );
    // Python leaves SIGTERM to the kernel, which spares process 1.
    return {
      kind: 'run',
      running: running(name, {
        ports: [port],
        http: 'any',
        onTerm: NOT_HEARD,
        readyAfter: 250_000,
        load: load(2, 14),
      }),
    };
  }
  const code = optionOf(argv, '-c');
  if (code !== undefined) return inlineCode(call, name, code);
  if (argv.includes('--version') || argv.includes('-V')) return done(0, 'Python 3.14.0\n');
  if (argv.length === 1 && module === undefined)
    return call.config.stdin ? wait(undefined) : done(0);
  return {
    kind: 'run',
    running: running(name, {
      ports: 'any',
      http: 'any',
      onTerm: NOT_HEARD,
      readyAfter: 900_000,
      load: load(5, 45, 4),
    }),
  };
};

/**
 * What a line of Python, Node, Ruby or Perl does, as far as its words give it away: it prints what stands
 * between quotes, sleeps, loops for ever, serves, or ends with a code.
 */
function inlineCode(call: Invocation, name: string, code: string): ReturnType<Command> {
  if (/http\.server|createServer|HTTPServer|socketserver|listen\(/.test(code)) {
    return {
      kind: 'run',
      running: running(name, { ports: 'any', http: 'any', onTerm: NOT_HEARD, load: load(2, 20) }),
    };
  }
  const out = [...code.matchAll(/(?:print|console\.log|puts)\s*\(?\s*(["'`])(.*?)\1/g)]
    .map((match) => `${match[2]}\n`)
    .join('');
  const seconds = /(?:time\.)?sleep\(?\s*(\d+(?:\.\d+)?)/.exec(code)?.[1];
  const eaten = bytesAllocated(code);
  if (eaten > 0) {
    return {
      kind: 'run',
      running: running(name, {
        log: out,
        onTerm: NOT_HEARD,
        lasts: seconds === undefined && !/while/.test(code) ? 2_000_000 : undefined,
        load: insistentLoad(900, eaten, 1_500_000),
      }),
    };
  }
  if (/while\s*\(?\s*(True|true|1)\b|loop\s+do|setInterval/.test(code)) {
    return {
      kind: 'run',
      running: running(name, {
        log: out,
        onTerm: NOT_HEARD,
        load: load(seconds === undefined && !/setInterval/.test(code) ? 1000 : 1, 12),
      }),
    };
  }
  const code_ = exitCodeOf(call, code);
  return wait(
    60_000 + (seconds === undefined ? 0 : Math.round(Number(seconds) * 1_000_000)),
    code_,
    out,
  );
}

/** `'x' * 500000000`, `bytearray(1024*1024*500)`, `Buffer.alloc(5e8)`: memory that a line asks for. */
function bytesAllocated(code: string): number {
  const match =
    /(?:bytearray|Buffer\.alloc|bytes)\(\s*([\d*\s_e]+)\)|["'][^"']{1,3}["']\s*\*\s*([\d*\s_()e]+)/.exec(
      code,
    );
  const product = (match?.[1] ?? match?.[2] ?? '')
    .replace(/[()_\s]/g, '')
    .split('*')
    .reduce((all, factor) => all * Number(factor === '' ? 1 : factor), 1);
  return match !== null && product > 2 ** 24 ? Math.min(product, 2 ** 45) : 0;
}

/** The code of the branch that is taken, where a condition on one variable can be seen; else the last one. */
function exitCodeOf(call: Invocation, code: string): number {
  const exits = [...code.matchAll(/(?:sys\.exit|process\.exit|os\._exit|\bexit)\s*\(?\s*(\d+)/g)];
  if (exits.length === 0) return /\braise\b|throw new/.test(code) ? 1 : 0;
  const condition =
    /if\s+(?:int\()?\s*os\.environ(?:\.get\(|\[)["'](\w+)["'][)\]]\)?\s*(?:%\s*(\d+)\s*)?(==|!=)\s*["']?(\w+)["']?/.exec(
      code,
    );
  if (condition === null) return Number(exits[0]?.[1] ?? 0);
  const raw = call.find(condition[1] ?? '') ?? '';
  const value = condition[2] === undefined ? raw : String(Number(raw) % Number(condition[2]));
  const taken = (value === condition[4]) === (condition[3] === '==');
  const otherwise = /\belse\b/.test(code) ? Number(exits[1]?.[1] ?? 0) : 0;
  return taken ? Number(exits[0]?.[1] ?? 0) : otherwise;
}

const perl: Command = (call) => {
  const code = call.argv.find((_, i) => i > 0 && /^-\w*e$/.test(call.argv[i - 1] ?? ''));
  const digits = /bpi\((\d+)\)/.exec(code ?? '')?.[1];
  if (digits !== undefined)
    return wait(5_500_000, 0, `${digitsOfPi(Math.min(Number(digits), 5000))}\n`);
  if (code === undefined)
    return call.argv.length > 1 && !call.argv.includes('-de0')
      ? application('perl', 1, 20, NOT_HEARD)(call)
      : done(0);
  return inlineCode(call, 'perl', code);
};

/** The first `count` digits of π, by Machin's formula. */
function digitsOfPi(count: number): string {
  const scale = 10n ** BigInt(count + 10);
  const arctan = (x: bigint): bigint => {
    let power = scale / x;
    let sum = power;
    for (let n = 3n, sign = -1n; power !== 0n; n += 2n, sign = -sign) {
      power /= x * x;
      sum += (sign * power) / n;
    }
    return sum;
  };
  const text = String(4n * (4n * arctan(5n) - arctan(239n)));
  return `${text[0]}.${text.slice(1, count)}`;
}

const node: Command = (call) => {
  const code = optionOf(call.argv, '-e', '--eval', '-p');
  if (code !== undefined) return inlineCode(call, 'node', code);
  if (call.argv.length === 1) return call.config.stdin ? wait(undefined) : done(0);
  return application('node', 0.9, 60, NOT_HEARD)(call);
};

const java: Command = (call) =>
  call.argv.includes('-version')
    ? done(0)
    : application('java', 8, 320, { code: 143, after: 300_000 })(call);

export const interpreters: Readonly<Record<string, Command>> = {
  python,
  python2: python,
  python3: python,
  perl,
  node,
  java,
  ruby: (call) => {
    const code = optionOf(call.argv, '-e');
    return code === undefined
      ? application('ruby', 2, 60, NOT_HEARD)(call)
      : inlineCode(call, 'ruby', code);
  },
  php: (call) => {
    const address = optionOf(call.argv, '-S');
    if (address !== undefined)
      return {
        kind: 'run',
        running: running('php', { ports: [Number(address.split(':').at(-1))], http: 'any' }),
      };
    return call.argv.length > 1 && call.argv[1] !== '-a' ? wait(300_000) : done(0);
  },
};
