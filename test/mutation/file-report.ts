// What the mutants of a file came to, kept below reports/mutation/ until the file or what its tests load changes.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MutantStatus } from '@stryker-mutator/api/core'
import { importClosure, isTest, type Sources } from '../house/import-closure.ts'

export interface MutantOutcome {
  readonly status: MutantStatus
  readonly line: number
  readonly column: number
  readonly mutator: string
  /** The code before and after the mutation. */
  readonly original: string
  readonly replacement: string
}

export interface FileReport {
  readonly file: string
  readonly fingerprint: string
  readonly mutants: readonly MutantOutcome[]
}

const TOOL = 'test/mutation/'

/** Of all code that decides the outcome: the tests and everything they load, this tool, and packages by their lock file. */
export function fingerprintOf(sources: Sources, tests: readonly string[], lockFile: string): string {
  const tool = [...sources.keys()].filter((path) => path.startsWith(TOOL) && !isTest(path))
  const paths = new Set([...tool, ...tests.flatMap((test) => [...importClosure(sources, test)])])
  const hash = createHash('sha256').update(lockFile)
  for (const path of [...paths].sort()) {
    const text = sources.get(path)
    if (text !== undefined) hash.update(`${path}\n${text}\n`)
  }
  return hash.digest('hex')
}

export class ReportFolder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined if the file has not been mutated, or something has changed since. */
  read(file: string, fingerprint: string): FileReport | undefined {
    let text: string
    try {
      text = readFileSync(this.#path(file), 'utf8')
    } catch {
      return undefined
    }
    const report: FileReport = JSON.parse(text)
    return report.fingerprint === fingerprint ? report : undefined
  }

  write(report: FileReport): void {
    const path = this.#path(report.file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, JSON.stringify(report, undefined, 1))
  }

  #path(file: string): string {
    return join(this.#folder, `${file}.json`)
  }
}
