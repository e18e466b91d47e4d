/**
 * The failed tests of the runners' JSON reports, each with the beginning of what it said: a run of a quarter of an hour
 * prints thousands of lines, and who has only the last of them must still learn what failed.
 */
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const LINES_OF_A_MESSAGE = 12;

/** Those of a Vitest report (`--reporter=json`), with their files relative to `root`. A file that could not be loaded counts as one. */
export function failedUnitTests(report, root) {
  return report.testResults.flatMap((file) => {
    const name = relative(root, file.name);
    const tests = file.assertionResults.filter((test) => test.status === 'failed');
    if (tests.length === 0 && file.status === 'failed') return [described(name, file.message)];
    return tests.map((test) =>
      described(`${name} › ${test.fullName}`, test.failureMessages.join('\n')),
    );
  });
}

/** Those of a Playwright report (`json`): unexpected ones, and those that passed at a second try only. */
export function failedStories(report) {
  return report.suites.flatMap(failedOfSuite);
}

function failedOfSuite(suite) {
  const own = (suite.specs ?? [])
    .filter((spec) => !spec.ok)
    .map((spec) => described(`${spec.file}:${spec.line} › ${spec.title}`, messageOf(spec)));
  return [...own, ...(suite.suites ?? []).flatMap(failedOfSuite)];
}

function messageOf(spec) {
  return spec.tests
    .flatMap((test) => test.results)
    .flatMap((result) => result.errors)
    .map((error) => error.message ?? '')
    .join('\n');
}

function described(name, message) {
  const lines = stripVTControlCharacters(message).split('\n').slice(0, LINES_OF_A_MESSAGE);
  return [name, ...lines.filter((line) => line.trim() !== '').map((line) => `    ${line}`)].join(
    '\n',
  );
}
