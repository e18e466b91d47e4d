import { describe, expect, test } from 'vitest';
import { executeTemplate, parseTemplate } from './template.ts';

const data = {
  kind: 'Pod',
  metadata: { name: 'web', labels: { b: '2', a: '1' } },
  list: [1, 2, 3],
  flag: false,
  none: null,
  size: 1.5,
};

function run(text: string, allowMissing = true): string {
  const template = parseTemplate(text);
  if (typeof template === 'string') return `parse: ${template}`;
  const { text: printed, error } = executeTemplate(template, data, allowMissing);
  return error === undefined ? printed : `${printed}error: ${error}`;
}

describe('Go templates', () => {
  test.each([
    ['plain', 'plain'],
    ['{{.kind}} {{.metadata.name}}', 'Pod web'],
    ['{{.nope}}', '<no value>'],
    ['{{.list}} {{.metadata.labels}} {{.size}}', '[1 2 3] map[a:1 b:2] 1.5'],
    ['{{if .flag}}a{{else if .list}}b{{else}}c{{end}}', 'b'],
    ['{{with .metadata}}{{.name}}{{end}}{{with .nope}}x{{else}}y{{end}}', 'weby'],
    ['{{range .list}}<{{.}}>{{end}}', '<1><2><3>'],
    ['{{range $k, $v := .metadata.labels}}{{$k}}={{$v}};{{end}}', 'a=1;b=2;'],
    ['{{range $i, $e := .list}}{{if $i}},{{end}}{{$e}}{{end}}', '1,2,3'],
    ['{{range .nope}}x{{else}}empty{{end}}', 'empty'],
    ['{{range .list}}{{if eq . 2}}{{break}}{{end}}{{.}}{{end}}', '1'],
    ['{{$x := .kind}}{{$x = "new"}}{{$x}}', 'new'],
    ['a {{- .kind -}} b', 'aPodb'],
    ['{{/* nothing */}}x', 'x'],
    ['{{"q\\"q"}} {{`raw`}}', 'q"q raw'],
    ['{{len .list}} {{index .list 1}} {{index .metadata.labels "a"}}', '3 2 1'],
    ['{{printf "%-5s|%03d|%q|%v" .kind 7 .kind .list}}', 'Pod  |007|"Pod"|[1 2 3]'],
    ['{{.kind | printf "%s!"}}', 'Pod!'],
    [
      '{{eq .kind "Pod" "x"}} {{ne .kind "Pod"}} {{lt 1 2}} {{and .flag .kind}} {{or .flag .kind}}',
      'true false true false Pod',
    ],
    ['{{not .flag}}', 'true'],
    ['{{html "<a>"}}', '&lt;a&gt;'],
    ['{{define "t"}}[{{.}}]{{end}}{{template "t" .kind}}', '[Pod]'],
    ['{{block "b" .kind}}({{.}}){{end}}', '(Pod)'],
    ['{{base64decode "aGk="}}', 'hi'],
  ])('%s', (text, printed) => {
    expect(run(text)).toBe(printed);
  });

  test.each([
    ['{{range', 'parse: template: output:1: unclosed action'],
    ['{{.kind | nope}}', 'parse: template: output:1: function "nope" not defined'],
    ['{{if .kind}}', 'parse: template: output:1: unexpected EOF'],
    ['{{end}}', 'parse: template: output:1: unexpected {{end}}'],
    ['\n{{}}', 'parse: template: output:2: missing value for command'],
  ])('%s cannot be read', (text, message) => {
    expect(run(text)).toBe(message);
  });

  test('errors tell their place', () => {
    expect(run('{{.nope.x}}', false)).toBe(
      'error: output:1:7: executing "output" at <.nope.x>: map has no entry for key "nope"',
    );
    expect(run('a\n {{len .none}}')).toBe(
      'a\n error: output:2:3: executing "output" at <len .none>: error calling len: reflect: call of reflect.Value.Type on zero Value',
    );
  });
});
