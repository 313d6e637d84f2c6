// `npm run bench -- --against REV`: compares the push times of this checkout with those of another commit, in the same run.

import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'
import { ProcessGroup } from '../processes/process-group.ts'
import { sourceFile } from '../testbed/part.ts'
import { checkOutCommit } from './harness/base-commit.ts'
import { describeMachine } from './harness/environment.ts'
import { buildSwarm } from './harness/go-tools.ts'
import { startProgram } from './harness/servers.ts'
import { comparedCells, selectCells, titleOf } from './push/cells.ts'
import { type Comparison, compareCell } from './push/compare-commits.ts'
import { renderComparison } from './push/comparison-report.ts'
import { measureServers, type StartServer } from './push/measure-cell.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const group = new ProcessGroup()
group.stopOnSignals()
try {
  const { values } = parseArgs({
    options: {
      against: { type: 'string' },
      full: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      starts: { type: 'string', default: '3' },
      out: { type: 'string' },
    },
  })
  const cells = selectCells(comparedCells({ full: values.full || values.only.length > 0 }), values.only)
  const starts = Number(values.starts)
  if (!Number.isSafeInteger(starts) || starts < 1) {
    throw new SwitchyardError('invalid-argument', '--starts: use a whole number from 1 on')
  }
  const tools = buildSwarm()
  const base = checkOutCommit(root, values.against ?? '')
  const comparisons: Comparison[] = []
  const unfinished: string[] = []
  for (const cell of cells) {
    const programs: readonly ['base' | 'current', StartServer][] = [
      ['base', (group) => startProgram(group, base.title, base.server, cell.size)],
      [
        'current',
        (group) =>
          startProgram(group, 'this checkout', sourceFile('bench/servers/push-server.ts'), cell.size),
      ],
    ]
    try {
      const comparison = await compareCell(cell, starts, (start) =>
        measureServers(group, tools, cell, start % 2 === 0 ? programs : programs.toReversed()),
      )
      comparisons.push(comparison)
      const { push, cpu, verdict } = comparison
      process.stderr.write(
        `${titleOf(cell)}: ${push.median.toFixed(2)} × the time and ${cpu.median.toFixed(2)} × the CPU of the base, ${verdict}\n`,
      )
    } catch (error) {
      // An unfinished cell is a result too. The other cells still run.
      unfinished.push(`${titleOf(cell)}: ${SwitchyardError.from(error).message}`)
      process.stderr.write(`${unfinished.at(-1)}\n`)
    }
  }
  base.remove()
  const text = [
    `# Pushes of this checkout beside ${base.title}`,
    describeMachine()
      .map((fact) => `- ${fact}`)
      .join('\n'),
    renderComparison(comparisons, unfinished),
  ].join('\n\n')
  if (values.out !== undefined) await writeFile(values.out, `${text}\n`)
  process.stdout.write(`${text}\n`)
  if (unfinished.length > 0 || comparisons.some(({ verdict }) => verdict === 'slower')) process.exitCode = 1
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
} finally {
  await group.stop()
}
