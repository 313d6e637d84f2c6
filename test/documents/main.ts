// `npm run test:documents`: serves random valid documents to a real Envoy until it NACKs one, and says which switches they had.
//
//   npm run test:documents -- [--documents 1000] [--seed N]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'
import { describeFailure, describeRun } from './describe-run.ts'
import { runRandomDocuments } from './random-run.ts'

const PROGRESS_EACH = 100

function readNumber(flag: string, text: string): number {
  if (/^-?\d{1,10}$/.test(text)) return Number(text)
  throw new SwitchyardError('invalid-argument', `${flag} ${text}: use a whole number`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { documents: { type: 'string', default: '1000' }, seed: { type: 'string' } },
  })
  const documents = readNumber('--documents', values.documents)
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : readNumber('--seed', values.seed)
  console.log(`${documents} documents with --seed ${seed}`)
  const ends: (() => unknown)[] = []
  const folder = mkdtempSync(join(tmpdir(), 'documents-'))
  ends.push(() => rmSync(folder, { recursive: true }))
  try {
    const run = await runRandomDocuments(
      { teardown: (end) => ends.push(end), testdir: () => folder },
      {
        documents,
        seed,
        onProgress: (acked) => acked % PROGRESS_EACH === 0 && console.log(`${acked} ACKed`),
        onFailure: (failure) => console.log(`${describeFailure(failure)}\nlooking for a smaller one`),
      },
    )
    console.log(describeRun(run, seed))
    process.exitCode = run.failure === undefined ? 0 : 1
  } finally {
    for (const end of ends.toReversed()) await end()
  }
}

main().catch((thrown: unknown) => {
  console.error(SwitchyardError.from(thrown).message)
  process.exitCode = 2
})
