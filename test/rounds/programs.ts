// The code that any test may run although its imports do not show it: programs that it starts, and files that those read.

import { isTest, type Sources } from '../house/import-closure.ts'
import type { SourceFile } from '../house/rules.ts'
import { hashOfCode } from '../support/kept-reports.ts'

/** The ends of names of files that programs read: policies, documents, protos, and programs in other languages. */
export const KINDS_OF_INPUTS = ['go', 'java', 'json', 'proto', 'py', 'rego', 'yaml']

/** @param inputs files of those kinds, also those of tests */
export function fingerprintOfPrograms(
  sources: Sources,
  inputs: readonly SourceFile[],
  lockFile: string,
): string {
  const programs = [...sources.keys()].filter((path) => !isTest(path) && !path.startsWith('test/'))
  const all = new Map([...sources, ...inputs.map(({ path, text }) => [path, text] as const)])
  return hashOfCode(all, new Set([...programs, ...inputs.map(({ path }) => path)]), lockFile)
}
