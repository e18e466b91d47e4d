import { deployment } from './manifests.ts';

/** A text that cannot be applied, and what a person is told about it. */
export interface BadInput {
  readonly what: string;
  readonly text: string;
  readonly says: RegExp;
  /** The line that the message and the marker are at; undefined where the whole text is meant. */
  readonly line?: number;
}

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n';
const IMAGE = '<img src=x onerror="window.executed = true">';

function aliasBomb(): string {
  const lines = ['a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]'];
  for (let level = 1; level < 12; level++) {
    const alias = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array(9).fill(alias).join(', ')}]`);
  }
  return `${CONFIG_MAP}  name: bomb\ndata:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

export const BAD_INPUTS: readonly BadInput[] = [
  {
    what: 'a tab for indentation',
    text: `${CONFIG_MAP}\tname: tabbed\n`,
    says: /tab/i,
    line: 4,
  },
  {
    what: 'a key given twice',
    text: `${CONFIG_MAP}  name: twice\ndata:\n  a: "1"\n  a: "2"\n`,
    says: /twice|already|duplicate|unique/i,
    line: 7,
  },
  { what: 'a bomb of aliases', text: aliasBomb(), says: /alias/i },
  { what: 'text that is no object', text: 'hello, cluster\n', says: /object|map/i, line: 1 },
  { what: 'a list of nothing known', text: '- a\n- b\n', says: /object|map|list/i, line: 1 },
  {
    what: 'no kind',
    text: 'apiVersion: v1\nmetadata:\n  name: nameless\n',
    says: /kind/,
  },
  {
    what: 'an unknown kind',
    text: 'apiVersion: v1\nkind: Wardrobe\nmetadata:\n  name: narnia\n',
    says: /no matches for kind "Wardrobe" in version "v1"/,
  },
  {
    what: 'an unknown field',
    text: deployment().replace('replicas:', 'replicaz:'),
    says: /unknown field "spec\.replicaz"/,
    line: 6,
  },
  {
    what: 'a key __proto__ where a field belongs',
    text: `${CONFIG_MAP}  name: proto\n__proto__:\n  executed: true\n`,
    says: /The key "__proto__" is not accepted/,
    line: 5,
  },
  {
    what: 'a key __proto__ in a map of one’s own',
    text: `${CONFIG_MAP}  name: proto\ndata:\n  __proto__: executed\n`,
    says: /The key "__proto__" is not accepted/,
    line: 6,
  },
  {
    what: 'a word where a number belongs',
    text: deployment().replace('replicas: 3', 'replicas: three'),
    says: /replicas/,
    line: 6,
  },
  {
    what: 'a map where a list belongs',
    text: deployment().replace('        - name: web', '          name: web'),
    says: /containers/,
  },
  {
    what: 'fewer than no replicas',
    text: deployment().replace('replicas: 3', 'replicas: -1'),
    says: /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/,
    line: 6,
  },
  {
    what: 'a selector that misses its own Pods',
    text: deployment().replace('      app: web\n  template', '      app: other\n  template'),
    says: /`selector` does not match template `labels`/,
  },
  {
    what: 'a control character',
    text: `${CONFIG_MAP}  name: "be\u0007ll"\n`,
    says: /U\+0007/,
    line: 4,
  },
  { what: 'a NUL', text: `${CONFIG_MAP}  name: nu\u0000ll\n`, says: /U\+0000/, line: 4 },
  {
    what: 'HTML as a name',
    text: `${CONFIG_MAP}  name: '${IMAGE}'\n`,
    says: /metadata\.name: Invalid value: .*RFC 1123/,
    line: 4,
  },
  {
    what: 'HTML as the value of a label',
    text: `${CONFIG_MAP}  name: labelled\n  labels:\n    app: '${IMAGE}'\n`,
    says: /metadata\.labels: Invalid value: .*valid label/,
  },
  {
    what: 'HTML as a kind',
    text: `apiVersion: v1\nkind: '${IMAGE}'\nmetadata:\n  name: html\n`,
    says: /no matches for kind/,
  },
];
