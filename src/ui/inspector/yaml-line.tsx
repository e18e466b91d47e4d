import { memo } from 'react';

interface YamlLineProps {
  readonly text: string;
  readonly changed: number | undefined;
}

/** One line of YAML with its key and value told apart. Text only: nothing is ever made HTML. */
export const YamlLine = memo(function YamlLine({ text, changed }: YamlLineProps) {
  const parts = /^(\s*(?:- )*)([^\s:#'"][^:]*|'[^']*'|"[^"]*")(:)(?=\s|$)(.*)$/.exec(text);
  const flash = changed === undefined ? undefined : 'yaml-changed';
  if (parts === null) {
    return (
      <span key={changed} className={flash}>
        {text}
        {'\n'}
      </span>
    );
  }
  const [, indent = '', key = '', colon = '', value = ''] = parts;
  return (
    <span key={changed} className={flash}>
      {indent}
      <span className="yaml-key">{key}</span>
      {colon}
      <span className={valueClass(value.trim())}>{value}</span>
      {'\n'}
    </span>
  );
});

function valueClass(value: string): string | undefined {
  if (value === '') return undefined;
  if (/^(true|false|null|~|-?\d[\d.]*)$/.test(value)) return 'yaml-scalar';
  return 'yaml-text';
}
