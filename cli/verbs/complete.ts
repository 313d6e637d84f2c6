// `yard complete`: what the scripts of `yard completion` ask for while somebody types a path. It prints a word a line.

import type { Command } from 'commander'
import { findControlPlane } from '../find-control-plane.ts'
import { completePath } from './completion/complete-path.ts'
import { revisionInForce } from './revision-in-force.ts'

/** Somebody waits at the prompt: without an answer by then, only fields are completed. */
const MILLISECONDS = 1_000

export function addComplete(program: Command): void {
  program
    .command('complete', { hidden: true })
    .description('Print the words that complete a path of the document.')
    .argument('<verb>', 'The verb that takes the path.')
    .argument('[word]', 'What is typed so far.', '')
    .action(async (verb: string, word: string) => {
      const words = completePath(await documentInForce(), word, verb === 'set')
      process.stdout.write(words.map((one) => `${one}\n`).join(''), () => process.exit())
    })
}

async function documentInForce(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  setTimeout(resolve, MILLISECONDS, undefined).unref()
  const asked = findControlPlane(undefined)
    .then(revisionInForce)
    .then(({ document }) => document)
    // Completion has no place for an error.
    .catch(() => undefined)
  return await Promise.race([asked, promise])
}
