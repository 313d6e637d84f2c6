// The rounds of a test file, kept below reports/rounds/ until the code changes, so that an interrupted command goes on.

import { join } from 'node:path'
import { type KeptReport, KeptReports } from '../support/kept-reports.ts'

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

export interface FileRounds extends KeptReport {
  /** Busy loops beside it. */
  readonly busy: number
  readonly rounds: readonly Round[]
}

export class RoundsFolder {
  readonly #folder: string
  readonly #reports: KeptReports<FileRounds>

  constructor(folder: string) {
    this.#folder = folder
    this.#reports = new KeptReports(folder)
  }

  /** Undefined if there are none of this code beside as many busy loops. */
  read(file: string, fingerprint: string, busy: number): FileRounds | undefined {
    const kept = this.#reports.read(file, fingerprint)
    return kept?.busy === busy ? kept : undefined
  }

  write(rounds: FileRounds): void {
    this.#reports.write(rounds)
  }

  /** @param round from 1 on */
  logPath(file: string, round: number): string {
    return join(this.#folder, `${file}.${round}.log`)
  }
}
