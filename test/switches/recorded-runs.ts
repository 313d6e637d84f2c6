// What passed in the newest run of each test file: docs/reference/switches.jsonl, a line for each file. A run of some rows
// replaces the lines of their files, and keeps the others.

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { PassedTest } from './passed-tests.ts'

export interface RecordedRun {
  readonly file: string
  /** The version, such as `1.40.0`. */
  readonly envoy: string
  /** 2026-11-29 */
  readonly date: string
  /** The titles of each test that passed, joined. */
  readonly passed: readonly string[]
  /** Names of passed assertions that are the twins of a row. */
  readonly twins: readonly string[]
}

const RECORD = fileURLToPath(new URL('../../docs/reference/switches.jsonl', import.meta.url))
export const GOLDEN_TEST = 'test/envoy/golden.test.ts'
const SEPARATOR = ' › '

/** By file. Empty if there is no record yet. */
export function readRuns(): ReadonlyMap<string, RecordedRun> {
  const lines = readFileSync(RECORD, { encoding: 'utf8', flag: 'a+' }).split('\n')
  const runs = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedRun)
  return new Map(runs.map((run) => [run.file, run]))
}

/** Replaces what is recorded of these files. @param files all that may have a record */
export function recordRuns(runs: readonly RecordedRun[], files: ReadonlySet<string>): void {
  const merged = new Map([...readRuns(), ...runs.map((run) => [run.file, run] as const)])
  const kept = [...merged.values()].filter(({ file }) => files.has(file))
  const sorted = kept.toSorted((a, b) => (a.file < b.file ? -1 : 1))
  writeFileSync(RECORD, sorted.map((run) => `${JSON.stringify(run)}\n`).join(''))
}

/** @param twins parts of names of assertions that are recorded too */
export function runOf(
  file: string,
  tests: readonly PassedTest[],
  {
    envoy,
    date,
    twins,
  }: { readonly envoy: string; readonly date: string; readonly twins: readonly string[] },
): RecordedRun {
  const assertions = new Set(tests.flatMap((test) => test.assertions))
  return {
    file,
    envoy,
    date,
    passed: tests.map(({ titles }) => titles.join(SEPARATOR)),
    twins: [...assertions].filter((name) => twins.some((twin) => name.includes(twin))).sort(),
  }
}

export function titlesOf(passed: string): readonly string[] {
  return passed.split(SEPARATOR)
}
