// What shows that a row does what it says: the tests that a run has passed, their twins, and the goldens that an Envoy has ACKed.

import { GOLDEN_TEST, type RecordedRun, titlesOf } from './recorded-runs.ts'
import { rowsOfTitle } from './row-titles.ts'
import type { SwitchRow } from './rows.ts'

export interface Proof {
  /** By test file, how many of its tests are about the row and passed. */
  readonly tests: readonly { readonly file: string; readonly passed: readonly string[] }[]
  /** Titles of tests and names of assertions, each with its file. */
  readonly twins: readonly { readonly file: string; readonly text: string }[]
  readonly goldens: readonly string[]
  /** What is named and not shown, in words. */
  readonly lacks: readonly string[]
}

/** @param filesOf test files → the rows that their titles name @param runs by file */
export function proofOf(
  code: string,
  row: SwitchRow,
  filesOf: ReadonlyMap<string, readonly string[]>,
  runs: ReadonlyMap<string, RecordedRun>,
): Proof {
  const files = [...filesOf].filter(([, rows]) => rows.includes(code)).map(([file]) => file)
  const tests = files.map((file) => {
    const passed = (runs.get(file)?.passed ?? []).filter((titles) => codesOf(titles).includes(code))
    return { file, passed }
  })
  const shown = files.flatMap((file) => {
    const texts = [
      ...(tests.find((one) => one.file === file)?.passed ?? []),
      ...(runs.get(file)?.twins ?? []),
    ]
    return texts.map((text) => ({ file, text: titlesOf(text).join(': ') }))
  })
  const twins = row.twins.map((twin) => ({ twin, found: shown.find(({ text }) => text.includes(twin)) }))
  const accepted = (runs.get(GOLDEN_TEST)?.passed ?? []).map((title) => titlesOf(title).at(-1) ?? '')
  const goldens = row.goldens.filter((name) => accepted.some((title) => title.startsWith(`${name}, fleet `)))
  return {
    tests,
    twins: twins.flatMap(({ found }) => (found === undefined ? [] : [found])),
    goldens,
    lacks: [
      ...(files.length === 0 ? ['no test names it in its title'] : []),
      ...tests.filter(({ passed }) => passed.length === 0).map(({ file }) => `no test of ${file} has passed`),
      ...(row.twins.length === 0 ? ['no twin is named'] : []),
      ...twins
        .filter(({ found }) => found === undefined)
        .map(({ twin }) => `no test has passed the twin "${twin}"`),
      ...(row.goldens.length === 0 ? ['no golden is named'] : []),
      ...row.goldens.filter((name) => !goldens.includes(name)).map((name) => `no Envoy has ACKed ${name}`),
      ...(row.guide === undefined ? ['no guide is named'] : []),
    ],
  }
}

function codesOf(titles: string): readonly string[] {
  return titlesOf(titles).flatMap(rowsOfTitle)
}
