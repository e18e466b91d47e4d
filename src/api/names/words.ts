import {
  betweenMessage,
  emptyMessage,
  maxLengthMessage,
  noMessages,
  patternMessage,
  utf8Length,
  wholePattern,
} from './messages.ts';

/** Smaller words of the API: names of ports, keys, variables and headers, percentages, ports and ids. */

const portNameLengthMax = 15;
const configKeyLengthMax = 253;

const envVarName = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const configKey = '[-._a-zA-Z0-9]+';
const headerName = '[-A-Za-z0-9]+';
const percent = '[0-9]+%';

const envVarNamePattern = wholePattern(envVarName);
const configKeyPattern = wholePattern(configKey);
const headerNamePattern = wholePattern(headerName);
const percentPattern = wholePattern(percent);

/** `ports[].name` and target ports given by name: an IANA service name. */
export function portNameErrors(name: string): readonly string[] {
  const messages: string[] = [];
  if (utf8Length(name) > portNameLengthMax) {
    messages.push(maxLengthMessage(portNameLengthMax, 'characters'));
  }
  if (!/^[-a-z0-9]+$/.test(name)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) messages.push('must contain at least one letter (a-z)');
  if (name.includes('--')) messages.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) {
    messages.push('must not begin or end with a hyphen');
  }
  return messages.length === 0 ? noMessages : messages;
}

export function portNumberErrors(port: number): readonly string[] {
  return port >= 1 && port <= 65535 ? noMessages : [betweenMessage(1, 65535)];
}

/** User and group ids: 0 to 2^31 − 1. */
export function userIdErrors(id: number): readonly string[] {
  return idErrors(id);
}

export function groupIdErrors(id: number): readonly string[] {
  return idErrors(id);
}

function idErrors(id: number): readonly string[] {
  const max = 2 ** 31 - 1;
  return id >= 0 && id <= max ? noMessages : [betweenMessage(0, max)];
}

/** Names of environment variables by the rule that held before v1.34, still that of some fields. */
export function envVarNameErrors(name: string): readonly string[] {
  const messages: string[] = [];
  if (!envVarNamePattern.test(name)) {
    messages.push(
      patternMessage(
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
        envVarName,
        'my.env-name',
        'MY_ENV.NAME',
        'MyEnvName1',
      ),
    );
  }
  messages.push(...pathBlockErrors(name));
  return messages.length === 0 ? noMessages : messages;
}

/** Names of environment variables since v1.34: any printable ASCII but the equals sign. */
export function relaxedEnvVarNameErrors(name: string): readonly string[] {
  const messages: string[] = [];
  if (name === '') messages.push(`environment variable name ${emptyMessage}`);
  if (name !== '' && !/^[ -<>-~]+$/.test(name)) {
    messages.push(
      "a valid environment variable name must consist only of printable ASCII characters other than '='",
    );
  }
  return messages.length === 0 ? noMessages : messages;
}

/** Keys of ConfigMaps and Secrets, which become file names. */
export function configMapKeyErrors(key: string): readonly string[] {
  const messages: string[] = [];
  if (utf8Length(key) > configKeyLengthMax) {
    messages.push(maxLengthMessage(configKeyLengthMax, 'characters'));
  }
  if (!configKeyPattern.test(key)) {
    messages.push(
      patternMessage(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configKey,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  messages.push(...pathBlockErrors(key));
  return messages.length === 0 ? noMessages : messages;
}

/** Text that becomes a file's name must not lead out of its folder. */
function pathBlockErrors(text: string): string[] {
  if (text === '.') return ["must not be '.'"];
  if (text === '..') return ["must not be '..'"];
  if (text.startsWith('..')) return ["must not start with '..'"];
  return [];
}

export function httpHeaderNameErrors(name: string): readonly string[] {
  if (headerNamePattern.test(name)) return noMessages;
  return [
    patternMessage(
      "a valid HTTP header must consist of alphanumeric characters or '-'",
      headerName,
      'X-Header-Name',
    ),
  ];
}

/** `25%`, as int-or-string fields take it. */
export function percentErrors(text: string): readonly string[] {
  if (percentPattern.test(text)) return noMessages;
  return [
    patternMessage(
      "a valid percent string must be a numeric string followed by an ending '%'",
      percent,
      '1%',
      '93%',
    ),
  ];
}
