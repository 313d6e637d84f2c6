// `npm run test:dashboards`: reads each dashboard by Grafana's own types, which must also reject one with a misspelled option.
// The first run takes minutes, because Go compiles the types of all of Grafana's panels.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALL_BOARDS } from '../../dashboards/boards/all.ts'
import { toGrafanaJson } from '../../dashboards/grafana.ts'
import { buildOnce } from '../../testbed/grpc-programs/build-once.ts'

const PROGRAM = 'strict-check'

function check(program: string, folder: string, name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  const { status, stdout, stderr } = spawnSync(program, [file], { encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`.trim()
}

function run(folder: string): number {
  const program = join(
    buildOnce({
      name: 'go-dashboards',
      folder: 'test/dashboards/strict-check',
      commands: [['go', 'build', '-trimpath', '-ldflags', '-s -w', '-o', PROGRAM, '.']],
    }),
    PROGRAM,
  )
  let failures = 0
  const expect = (holds: boolean, what: string) => {
    if (!holds) failures += 1
    process.stdout.write(`${holds ? 'ok' : 'FAILS'}  ${what}\n`)
  }
  for (const board of ALL_BOARDS) {
    const problem = check(program, folder, `${board.id}.json`, toGrafanaJson(board))
    expect(problem === '', `${board.id} fits Grafana's schema ${problem}`)
  }
  const [board] = ALL_BOARDS
  const misspelled = board && toGrafanaJson(board).replace('"showLegend"', '"showLegends"')
  const rejection = check(program, folder, 'misspelled.json', misspelled ?? '')
  expect(rejection.includes('showLegends'), 'a misspelled option is rejected with its name')
  return failures
}

const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
try {
  process.exitCode = run(folder) === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
