import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultText } from './script-fault.ts';
import { callScript, readScript, startScript, type StepLimits } from './script.ts';

const LIMITS: StepLimits = { perCall: 20_000, perStart: 100_000 };

/** Runs `f` of a script; a fault is its text behind `fault: `. */
function run(source: string, args: readonly unknown[] = [], limits = LIMITS): unknown {
  const script = readScript(source, new Map(), ['f']);
  if (!script.ok) return `fault: ${faultText(script.error)}`;
  const started = startScript(script.value, limits);
  if (!started.ok) return `fault: ${faultText(started.error)}`;
  const answer = callScript(started.value, 'f', args, limits);
  return answer.ok ? answer.value : `fault: ${faultText(answer.error)}`;
}

/** The same by the engine that runs this test. */
function native(source: string, args: readonly unknown[]): unknown {
  // oxlint-disable-next-line no-new-func -- the very thing scripts are compared with
  return new Function(`${source}; return f;`)()(...args);
}

/** Objects of scripts inherit nothing; for comparing that does not matter. */
function bare(value: unknown): unknown {
  return value instanceof Map || value instanceof Set ? [...value] : value;
}

const BODIES: readonly string[] = [
  'return 1 + 2 * 3 - 4 / 5 % 3 - (1 - 2 - 3)',
  'return 2 ** 3 ** 2 + (-2) ** 3',
  'return [1, 2, 3].map((x) => x * 2).filter((x) => x > 2).reduce((a, b) => a + b, 10)',
  'let s = 0; for (let i = 0; i < 10; i++) { if (i === 3) continue; if (i > 7) break; s += i } return s',
  'let s = ""; for (const c of "héllo🌍") s += `<${c}>`; return s',
  'const { a, b: { c = 5, ...d } = {}, ...e } = { a: 1, b: { x: 2, y: 3 }, q: 4 }; return [a, c, d, e]',
  'const [x, , y = 9, ...z] = [1, 2, undefined, 4, 5]; return [x, y, z]',
  'const o = { n: 1, ["k" + 2]: 3, f(x) { return x + 1 }, "q-r": [4] }; o.n += 5; o.z ??= 7; return [o.n, o.k2, o.f(1), o["q-r"][0], o.z]',
  'return [undefined?.x, null?.[1], ({ a: { b: 2 } }).a?.b, ({}).a?.b.c.d, ({}).f?.(1), [1]?.map((x) => x)]',
  'const fns = []; for (let i = 0; i < 3; i++) fns.push(() => i); return fns.map((f) => f())',
  'const fns = []; for (const k in { a: 1, b: 2 }) fns.push(() => k); return fns.map((f) => f()).join()',
  'return fib(12); function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }',
  'switch (3) { case 1: return "a"; case 3: case 4: { let x = "b"; return x } default: return "c" }',
  'let r = []; switch (9) { default: r.push("d"); case 1: r.push(1); break; case 2: r.push(2) } return r',
  'let i = 0; do { i += 2 } while (i < 7); while (true) { if (i-- < 3) break } return i',
  'return typeof 1 + typeof "" + typeof {} + typeof [] + typeof null + typeof undefined + typeof (() => 1)',
  'return [1 == "1", null == undefined, 0 == "", 1 != 2, null == 0, true == 1, "a" < "b", "10" < 9, NaN === NaN]',
  'return [1 && 2, 0 || 3, null ?? 4, 0 ?? 5, !0, ~5, -"3", +"4", void 0]',
  'return ["b", "a", "c", "B"].sort().concat([3, 1, 2].sort((a, b) => b - a), [10, 9, 1].sort())',
  'return [..."ab", ...[1, 2], ...new Set([3, 3, 4]), ...new Map([["k", 1]]).keys()]',
  'const m = new Map(); m.set("a", 1).set("b", 2); m.delete("a"); return [m.size, m.get("b"), m.has("a"), [...m.entries()]]',
  'return Object.entries({ a: 1, b: 2 }).map(([k, v]) => k + v).concat(Object.keys([7, 8]), Object.values({ z: 1 }))',
  'return Object.fromEntries([["a", 1], ["b", [2]]])',
  'return { ...{ a: 1, b: 2 }, b: 3, ...[9] }',
  'return Math.max(1, 5, 3) + Math.min() + Math.round(2.5) + Math.floor(-1.5) + Math.trunc(-1.5) + Math.sqrt(16)',
  'return ["a-b-c".split("-"), " x ".trim(), "abc".slice(-2), "abc".at(-1), "a,b".replaceAll(",", ";"), "x".padStart(3, "ab"), "ab".repeat(2)]',
  'return [(1234.5678).toFixed(2), String(0.1 + 0.2), `${[1, [2], null]}`, 1e21 + "", -0 + "", parseInt("12px"), parseFloat("1.5e2x"), Number("0x10"), Number("")]',
  'return [[1, [2, [3]]].flat(), [1, 2].flatMap((x) => [x, x]), [1, 2, 3].includes(2), [3, 4].indexOf(4), [1, 2, 3].slice(1), [1, 2, 3].at(-1)]',
  'const a = [1, 2, 3, 4, 5]; const b = a.splice(1, 2, "x"); a.push(6); a.unshift(0); return [a, b, a.pop(), a.shift(), a.reverse()]',
  'const a = []; a[3] = 1; return [a.length, a[0], a[3], "3" in a]',
  'let x = 1; { let x = 2; { x = 3 } } return x',
  'const f2 = (a, b = a + 1, ...c) => [a, b, c]; return [f2(1), f2(1, 2, 3, 4), f2(...[7, 8, 9])]',
  'return ((a, b) => a - b)(5, 3) + (function (x) { return x })(4)',
  'let n = 5; const r = [n++, ++n, n--, --n]; return [r, n]',
  'let a = 1, b; a <<= 3; a |= 1; a ^= 2; b = a >>> 1; return [a, b, a & 3, a >> 1, a % 4]',
  'return Array.from({ length: 3 }, (_, i) => i * i).concat(Array.from("ab"), Array.isArray([]))',
  'return [[3, 1], [2, 2], [1, 3]].every(([a, b]) => a + b === 4) && [1, 2].some((x) => x > 1)',
  'if (1) { if (0) return 1; else return 2 } return 3',
  'var t = `a${1 + 1}b${`c${"d"}`}e\\n\\u0041\\u{1F600}`; return t',
  'return 0x1f + 0b11 + 0o17 + 1_000 + .5 + 1e3',
  'const a = 1\n const b = 2\n return a + b',
  'return [1, 2, 3,].length + { a: 1, }.a',
  'return a1() /* comment */ // another\n function a1() { return 1 }',
  'return [1, 2, 3].findLast((x) => x < 3) + [5, 6].findIndex((x) => x === 6) + [1, 2].lastIndexOf(2)',
  'return (1, 2, 3) + [(4, 5)].length',
  'let calls = 0; const o = () => { calls += 1; return { x: 1 } }; o().x += 5; return calls',
  'return "constructor" in {} ? 1 : 2',
];

describe('scripts do what JavaScript does', () => {
  test.each(BODIES)('%s', (body) => {
    const source = `function f() { ${body} }`;
    expect(bare(run(source))).toEqual(
      // The one difference: nothing is inherited.
      body.includes('constructor') ? 2 : bare(native(source, [])),
    );
  });

  test('arithmetic of any shape', () => {
    const number = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: true }));
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        number.map((each) => `(${each})`),
        fc.constantFrom('a', 'b', '"7"', 'true', 'null'),
        fc
          .tuple(
            tie('expression'),
            fc.constantFrom('+', '-', '*', '/', '%', '<', '>=', '===', '==', '&&', '||', '&', '>>'),
            tie('expression'),
          )
          .map((parts) => `${parts[0]} ${parts[1]} ${parts[2]}`),
        tie('expression').map((each) => `(-(${each}))`),
        fc
          .tuple(tie('expression'), tie('expression'), tie('expression'))
          .map((parts) => `(${parts[0]} ? ${parts[1]} : ${parts[2]})`),
      ),
    }));
    fc.assert(
      fc.property(expression, number, number, (text, a, b) => {
        const source = `function f(a, b) { return ${text} }`;
        expect(run(source, [a, b])).toEqual(native(source, [a, b]));
      }),
      { numRuns: 300 },
    );
  });
});

test('types are read over', () => {
  const source = `
    type Pair<T = number> = readonly [T, T] | { a?: string; b(): void } | 'x' | -1;
    interface Shape extends Base<string> { readonly [key: string]: number; f: (x: number) => Map<string, Array<number>> }
    export const g = <const>(x: number): number => x;`.replace(' <const>', ' ');
  const body = `${source}
    export function f(this_: Pod, n?: number, ...rest: Array<Map<string, number[]>>): x is string {
      const m: Map<string, number> = new Map<string, number>();
      let t: keyof typeof m | null = null;
      const s = (n as unknown as number)! satisfies number;
      const h = (a: number, b: { c: string }): [number, string] => [a, b.c];
      const c = n ? (s) : (1);
      return [s + 1, h(1, { c: 'd' }), m.size, g(c), t, (['a'] as const).length];
    }`;
  expect(run(body, [{}, 4])).toEqual([5, [1, 'd'], 0, 4, null, 1]);
});

describe('what is refused, and where', () => {
  test.each([
    ['function f( { }', 'line 1: unexpected end of the script, expected ")"'],
    ['function f() {\n  return process.env }', 'line 2: "process" is not known here'],
    ['function f() { return globalThis }', 'line 1: "globalThis" is not known here'],
    ['function f() {\n\n  fetch("x") }', 'line 3: "fetch" is not known here'],
    ['function f() { return /a/ }', 'line 1: regular expressions are not available in a plugin'],
    ['class A {}', 'line 1: "class" is not available in a plugin'],
    ['function f() { return this.x }', 'line 1: "this" is not available in a plugin'],
    ['async function f() {}', 'line 1: "async" is not available in a plugin'],
    ['import x from "y"', 'line 1: "import" is not available in a plugin'],
    ['function f() { return eval("1") }', 'line 1: "eval" is not available in a plugin'],
    ['function f() { return new Date() }', 'line 1: "new Date" is not available in a plugin'],
    ['function f() { return Math.random() }', 'line 1: "random" is not a function here'],
    ['function f() { const x = 1; x = 2 }', 'line 1: "x" is a constant'],
    ['let x; let x', 'line 1: "x" is declared twice'],
    ['function f() { return "a', 'line 1: a text is not closed'],
    ['return 1', 'line 1: "return" stands outside a function'],
    ['function f() { break }', 'line 1: "break" stands outside a loop'],
    ['function f(pod) {\n return pod.spec.x }', 'line 2: cannot read "spec" of undefined'],
    ['function f() { throw new Error("no " + 1) }', 'line 1: no 1'],
    [
      'function f() { return [].constructor.constructor("return 1")() }',
      'line 1: cannot read "constructor" of undefined',
    ],
    ['function f() { return "".constructor("x") }', 'line 1: "constructor" is not a function here'],
    [
      'function f() { return (() => 1).constructor("x") }',
      'line 1: "constructor" is not a function here',
    ],
    ['function f() { return ({}).__proto__.x }', 'line 1: cannot read "x" of undefined'],
    ['function f() { return ({}).toString() }', 'line 1: "toString" is not a function here'],
    ['function f() { Math.abs = 1 }', 'line 1: what belongs to the cluster cannot be changed'],
    ['function f() { return nothing }', 'line 1: "nothing" is not known here'],
  ])('%s', (source, fault) => {
    expect(run(source)).toBe(`fault: ${fault}`);
  });

  test('what the cluster has cannot be changed', () => {
    const pod = { labels: { a: '1' }, list: [1, 2] };
    for (const act of [
      'p.x = 1',
      'p.labels.a = "2"',
      'p.list.push(3)',
      'p.list.sort()',
      'p.list[0]++',
      'Object.assign(p, { a: 1 })',
      '[p.list][0].reverse()',
    ]) {
      expect(run(`function f(p) { ${act} }`, [pod])).toMatch(
        /^fault: line 1: (what belongs|only own)/,
      );
    }
    expect(pod).toEqual({ labels: { a: '1' }, list: [1, 2] });
    expect(
      run(
        'function f(p) { const c = { ...p, list: [...p.list] }; c.list.push(3); c.x = 1; return c.list }',
        [pod],
      ),
    ).toEqual([1, 2, 3]);
  });
});

describe('no script runs for long or grows large', () => {
  test.each([
    'while (true) {}',
    'for (;;) ;',
    'for (let i = 0; ; i++) { continue }',
    'do {} while (true)',
    'const a = []; while (a.push(1)) ;',
    'const g = () => g(); return g()',
    'function g(n) { return g(n + 1) + 1 } return g(0)',
    'let s = "x"; while (true) s += s',
    'let s = "x"; while (true) s = `${s}${s}`',
    'return "x".repeat(1e9)',
    'return "x".padEnd(1e9)',
    'return "x".repeat(6e4).replaceAll("x", "y".repeat(6e4))',
    'return new Array(1e9)',
    'return Array.from({ length: 1e9 })',
    'const a = []; a[1e9] = 1',
    'let a = [1]; while (true) a = [...a, ...a]',
    'let a = [1]; while (true) a = a.concat(a)',
    'const a = [1]; a.forEach(() => a.push(1))',
    'const a = [1]; for (const x of a) a.push(x)',
    'const m = new Map(); let i = 0; while (true) m.set(i++, i)',
    'const m = new Map([[0, 0]]); m.forEach((_, k) => m.set(k + 1, 0))',
    'const a = Array.from({ length: 5000 }, (_, i) => i); a.sort(() => a.sort(() => 1) && 1)',
    'let o = {}; let i = 0; while (true) o["k" + i++] = o',
    'let o = {}; for (let i = 0; i < 1e6; i++) o = { o }',
    'return [1, 2].join("x".repeat(6e4)).split("")',
  ])('%s', (body) => {
    expect(run(`function f() { ${body} }`)).toMatch(
      /^fault: (line \d+: )?(took more|a list is|a text is|calls are|.*index)/,
    );
  });

  test('nor does one that is nested without end', () => {
    const deep = (open: string, inner: string, close: string, times: number) =>
      `function f() { return ${open.repeat(times)}${inner}${close.repeat(times)} }`;
    for (const source of [
      deep('(', '1', ')', 5_000),
      deep('[', '', ']', 5_000),
      deep('!', '1', '', 15_000),
      deep('x => ', '1', '', 3_000),
      deep('', '1', ' + 1', 4_000),
      deep('', '"a"', '.at(0)', 2_500),
      deep('1 ? 1 : ', '1', '', 2_000),
      deep('(a = ', '1', ')', 2_000),
      `${'{'.repeat(9_000)}${'}'.repeat(9_000)}`,
    ]) {
      expect(run(source)).toMatch(
        /^fault: .*(nested too deeply|this cannot be assigned to|not declared)/,
      );
    }
  });

  test('steps of all calls together are bounded', () => {
    const script = readScript('function f() { for (let i = 0; i < 1000; i++) ; }', new Map(), [
      'f',
    ]);
    if (!script.ok) throw new Error(script.error.message);
    const limits = { perCall: 10_000, perStart: 10_000 };
    const started = startScript(script.value, limits);
    if (!started.ok) throw new Error(started.error.message);
    const answers = [1, 2, 3, 4, 5, 6, 7].map(() => callScript(started.value, 'f', [], limits));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, false, false, false]);
  });
});
