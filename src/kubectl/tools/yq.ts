import { parseAllDocuments, stringify } from 'yaml';
import type { Program } from '../program.ts';
import { jq } from './jq/jq.ts';
import { readJsonValues } from './jq/read-json.ts';
import { misuse, openInputs } from './lines.ts';

/** yq: jq's filters over YAML. `-o json` answers JSON; several documents are filtered one by one. */
export const yq: Program = async (args, io, context) => {
  let asJson = false;
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-o' || arg === '--output-format') asJson = (args[++i] ?? '').startsWith('j');
    else if (/^-o=?j|^--output-format=j/.test(arg)) asJson = true;
    else if (arg !== 'eval' && arg !== 'e' && arg !== '-P' && arg !== '-y') rest.push(arg);
  }
  const filter = rest.find((arg) => !arg.startsWith('-')) ?? '.';
  const files = rest.filter((arg) => !arg.startsWith('-')).slice(1);
  const flags = rest.filter((arg) => arg.startsWith('-'));
  const { inputs, failed } = openInputs(io, 'yq', files);
  if (failed) return 1;
  const documents: unknown[] = [];
  for (const input of inputs) {
    for (const document of parseAllDocuments(await input.text())) {
      const [problem] = document.errors;
      if (problem !== undefined) return misuse(io, 'yq', problem.message.split('\n')[0] ?? '', 1);
      documents.push(document.toJS());
    }
  }
  let output = '';
  const status = await jq(
    [...flags.filter((flag) => flag !== '-r'), filter],
    {
      ...io,
      readAll: async () => documents.map((document) => JSON.stringify(document ?? null)).join('\n'),
      out: (text) => void (output += text),
    },
    context,
  );
  if (status !== 0) return status;
  if (asJson) io.out(output);
  else {
    const shown = readJsonValues(output).map((value) =>
      typeof value === 'object' && value !== null ? stringify(value) : `${String(value)}\n`,
    );
    io.out(
      shown.join(
        shown.every((text) => !text.includes('\n', 0) || text.split('\n').length <= 2)
          ? ''
          : '---\n',
      ),
    );
  }
  return 0;
};
