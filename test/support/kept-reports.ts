// Reports about files of the tree, kept in a folder until the code changes that decides them.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Sources } from '../house/import-closure.ts'

/** @param paths of the code that decides the outcome; those of packages are left out, which the lock file stands for */
export function hashOfCode(sources: Sources, paths: ReadonlySet<string>, lockFile: string): string {
  const hash = createHash('sha256').update(lockFile)
  for (const path of [...paths].sort()) {
    const text = sources.get(path)
    if (text !== undefined) hash.update(`${path}\n${text}\n`)
  }
  return hash.digest('hex')
}

export interface KeptReport {
  readonly file: string
  /** Of all code that decides the outcome. */
  readonly fingerprint: string
}

export class KeptReports<Report extends KeptReport> {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined if the file has no report, or something has changed since. */
  read(file: string, fingerprint: string): Report | undefined {
    let text: string
    try {
      text = readFileSync(this.#path(file), 'utf8')
    } catch {
      return undefined
    }
    const report: Report = JSON.parse(text)
    return report.fingerprint === fingerprint ? report : undefined
  }

  write(report: Report): void {
    const path = this.#path(report.file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, JSON.stringify(report, undefined, 1))
  }

  #path(file: string): string {
    return join(this.#folder, `${file}.json`)
  }
}
