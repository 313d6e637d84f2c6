// Runs files that failed beside others again, alone: on two cores a test can fail because another one took them.

import type { FileReport } from './tally.ts'

/** More files than this do not fail by chance. */
const MOST_FILES = 3

/** In a row. One could pass by chance, as the first one failed. */
const RUNS = 2

export interface RunsAlone {
  /** The last report of each file. */
  readonly reports: readonly FileReport[]
  /** What failed beside other tests, and passed each time alone: reports of the first run. */
  readonly passedAlone: readonly FileReport[]
}

/**
 * @param reports of all files, by their path
 * @param run runs one file, while no other runs
 */
export async function runAlone(
  reports: ReadonlyMap<string, FileReport>,
  run: (file: string) => Promise<FileReport>,
): Promise<RunsAlone> {
  const failed = [...reports].filter(([, { failed }]) => failed > 0)
  const last = new Map(reports)
  const passedAlone: FileReport[] = []
  if (failed.length > MOST_FILES) return { reports: [...last.values()], passedAlone }
  for (const [file, first] of failed) {
    for (let runs = 1; runs <= RUNS; runs += 1) {
      const again = await run(file)
      last.set(file, again)
      if (again.failed > 0) break
      if (runs === RUNS) passedAlone.push(first)
    }
  }
  return { reports: [...last.values()], passedAlone }
}
