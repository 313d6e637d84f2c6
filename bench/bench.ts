// `npm run bench`: runs every benchmark, in its quick form unless `--full` is given.

import { spawnSync } from 'node:child_process'
import { sourceFile } from '../testbed/part.ts'

const args = process.argv.slice(2)
const isFull = args.includes('--full')

const BENCHMARKS = [
  { source: 'bench/push.ts', page: 'docs/benchmarks/push.md' },
  { source: 'bench/propagation.ts', page: 'docs/benchmarks/propagation.md' },
  { source: 'bench/rollout.ts', page: 'docs/benchmarks/rollout.md' },
]

for (const { source, page } of BENCHMARKS) {
  // Only full figures go into the docs.
  const out = isFull ? ['--out', sourceFile(page)] : []
  const { status } = spawnSync(process.execPath, [sourceFile(source), ...args, ...out], { stdio: 'inherit' })
  if (status !== 0) {
    process.exitCode = status ?? 1
    break
  }
}
