// The rounds of a test file, kept below reports/rounds/ until the code changes, so that an interrupted command goes on.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One run of a file. */
export interface Round {
  /** ISO 8601. */
  readonly begun: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly milliseconds: number
  /** What it printed. */
  readonly log: string
}

export interface FileRounds {
  readonly file: string
  /** Of all code that decides the outcome. */
  readonly fingerprint: string
  /** Busy loops beside it. */
  readonly busy: number
  readonly rounds: readonly Round[]
}

export class RoundsFolder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined if there are none of this code beside as many busy loops. */
  read(file: string, fingerprint: string, busy: number): FileRounds | undefined {
    let text: string
    try {
      text = readFileSync(this.#path(file), 'utf8')
    } catch {
      return undefined
    }
    const kept: FileRounds = JSON.parse(text)
    return kept.fingerprint === fingerprint && kept.busy === busy ? kept : undefined
  }

  write(rounds: FileRounds): void {
    const path = this.#path(rounds.file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, JSON.stringify(rounds, undefined, 1))
  }

  /** @param round from 1 on */
  logPath(file: string, round: number): string {
    return join(this.#folder, `${file}.${round}.log`)
  }

  #path(file: string): string {
    return join(this.#folder, `${file}.json`)
  }
}
