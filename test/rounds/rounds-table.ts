// What the rounds came to: a row for each file, and the logs of failed rounds.

import { renderTable } from '../../testbed/measure/table.ts'
import type { FileRounds, Round } from './file-rounds.ts'

export function failedRounds({ rounds }: FileRounds): readonly Round[] {
  return rounds.filter(({ failed }) => failed > 0)
}

const COLUMNS = [
  { title: 'file' },
  { title: 'rounds', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'skipped', align: 'right' },
  { title: 'longest', align: 'right' },
] as const

export function describeRounds(files: readonly FileRounds[]): readonly string[] {
  const rows = files.map((one) => {
    const most = (values: readonly number[]) => Math.max(0, ...values)
    const skipped = most(one.rounds.map((round) => round.skipped))
    const seconds = most(one.rounds.map(({ milliseconds }) => milliseconds)) / 1000
    const failed = failedRounds(one).length
    return [one.file, one.rounds.length, failed, skipped === 0 ? '' : skipped, `${seconds.toFixed(1)} s`]
  })
  const failed = files.flatMap((one) => failedRounds(one).map(({ log }) => `failed: ${log}`))
  const rounds = files.flatMap((one) => one.rounds).length
  return [
    renderTable(COLUMNS, rows),
    ...failed,
    `${rounds} rounds of ${files.length} files, ${failed.length} failed`,
  ]
}
