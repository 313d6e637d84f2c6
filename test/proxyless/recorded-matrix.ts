// The results of earlier runs beside the page, so that a run of some rows replaces these and keeps the others.

import { readFile, writeFile } from 'node:fs/promises'
import { MATRIX_CLIENTS, type MatrixClient } from './matrix-client.ts'
import type { Outcome, Result, Row } from './row.ts'

export interface RecordedOutcome {
  readonly outcome: Outcome
  /** Such as `grpc-go 1.85.0`. */
  readonly version: string
  /** 2026-11-29 */
  readonly date: string
  /** Whether it was the long form. */
  readonly isLong: boolean
}

/** By row and title, then by client. */
export type RecordedMatrix = Readonly<
  Record<string, Partial<Readonly<Record<MatrixClient, RecordedOutcome>>>>
>

export function keyOf({ row, title }: Row): string {
  return `${row} ${title}`
}

/** A line for each row and client. An empty matrix if there is no file yet. */
export async function readRecorded(file: string): Promise<RecordedMatrix> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const recorded: Record<string, Partial<Record<MatrixClient, RecordedOutcome>>> = {}
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const { key, client, ...run } = JSON.parse(line) as RecordedLine
    recorded[key] = { ...recorded[key], [client]: run }
  }
  return recorded
}

interface RecordedLine extends RecordedOutcome {
  readonly key: string
  readonly client: MatrixClient
}

function linesOf(recorded: RecordedMatrix): string {
  return Object.entries(recorded)
    .flatMap(([key, clients]) =>
      Object.entries(clients).map(([client, run]) => `${JSON.stringify({ key, client, ...run })}\n`),
    )
    .join('')
}

/** @param known every row: the results of others are dropped */
export async function record(
  file: string,
  known: readonly Row[],
  results: readonly Result[],
  {
    versions,
    date,
    isLong,
  }: Omit<RecordedOutcome, 'outcome' | 'version'> & {
    readonly versions: Partial<Readonly<Record<MatrixClient, string>>>
  },
): Promise<RecordedMatrix> {
  const before = await readRecorded(file)
  const after: Record<string, Partial<Record<MatrixClient, RecordedOutcome>>> = {}
  for (const row of known) {
    const key = keyOf(row)
    const outcomes = results.find((result) => keyOf(result.row) === key)?.outcomes ?? {}
    const merged: Partial<Record<MatrixClient, RecordedOutcome>> = { ...before[key] }
    for (const client of MATRIX_CLIENTS) {
      const outcome = outcomes[client]
      const version = versions[client]
      if (outcome !== undefined && version !== undefined) merged[client] = { outcome, version, date, isLong }
    }
    if (Object.keys(merged).length > 0) after[key] = merged
  }
  await writeFile(file, linesOf(after))
  return after
}
