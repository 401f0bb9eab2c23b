// Reads the JSON reports of Vitest and Playwright into counts by kind of test. What did not run or was cut off counts as failed.
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ passed: number, failed: number, notes: string[] }} Count */

const count = () => ({ passed: 0, failed: 0, notes: [] });

function fail(counts, kind, note) {
  counts[kind].failed += 1;
  counts[kind].notes.push(note);
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * Vitest: `*.gpu.test.ts` counts as gpu, everything else as unit.
 * @param {string} file
 * @param {number} code the run's exit code
 * @param {string[]} kinds those that were run
 * @returns {Record<string, Count>}
 */
export function readVitest(file, code, kinds) {
  const counts = Object.fromEntries(kinds.map((kind) => [kind, count()]));
  const report = readReport(file);
  if (!report) {
    fail(counts, kinds[0], `vitest ended with exit code ${code} and without a report.`);
    return counts;
  }
  for (const { name, status, message, assertionResults } of report.testResults) {
    const kind = kinds.find((each) => each === 'gpu' && name.endsWith('.gpu.test.ts')) ?? kinds[0];
    for (const test of assertionResults) {
      if (test.status === 'passed') counts[kind].passed += 1;
      else if (test.status === 'failed') fail(counts, kind, test.fullName);
      else fail(counts, kind, `${test.fullName} (did not run: skipped tests count as failed)`);
    }
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
      fail(counts, kind, `${name}: ${message || 'failed outside of its tests'}`);
    }
  }
  for (const kind of kinds) {
    if (counts[kind].passed + counts[kind].failed === 0) fail(counts, kind, `No ${kind} tests were found.`);
  }
  const failed = kinds.some((kind) => counts[kind].failed > 0);
  if (code !== 0 && !failed)
    fail(counts, kinds[0], `vitest ended with exit code ${code}: an error outside of the tests.`);
  return counts;
}

function* specsOf(suite, titles = []) {
  const path = [...titles, suite.title];
  for (const spec of suite.specs ?? []) yield { title: [...path, spec.title].join(' › '), tests: spec.tests };
  for (const inner of suite.suites ?? []) yield* specsOf(inner, path);
}

/**
 * @param {string} file
 * @param {number} code the run's exit code
 * @returns {Record<'e2e', Count>}
 */
export function readPlaywright(file, code) {
  const counts = { e2e: count() };
  const report = readReport(file);
  if (!report) {
    fail(counts, 'e2e', `playwright ended with exit code ${code} and without a report.`);
    return counts;
  }
  for (const { title, tests } of report.suites.flatMap((suite) => [...specsOf(suite)])) {
    for (const { status } of tests) {
      if (status === 'expected') counts.e2e.passed += 1;
      else if (status === 'skipped') fail(counts, 'e2e', `${title} (did not run: skipped tests count as failed)`);
      else fail(counts, 'e2e', `${title} (${status})`);
    }
  }
  for (const { message } of report.errors) fail(counts, 'e2e', message);
  if (code !== 0 && counts.e2e.failed === 0) fail(counts, 'e2e', `playwright ended with exit code ${code}.`);
  return counts;
}
