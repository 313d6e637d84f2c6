// Clients and servers on both sides of a change call each other, whatever buf says of it.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../../../../core/errors.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { callPair, type Pair } from './call-pairs.ts'
import { applyChange, CHANGES, type Change } from './changes.ts'
import { startProgram } from './programs.ts'
import { compileSchema, folderOf, type Schema, schemaOf } from './versions.ts'

export const FILE = 'shop/v1/orders.proto'

/** Writes the changed version. @returns its folder */
export async function writeChange(change: Change, folder: string): Promise<string> {
  const changed = join(folder, change.id)
  await mkdir(join(changed, 'shop/v1'), { recursive: true })
  const text = await readFile(join(folderOf(change.of), FILE), 'utf8')
  await writeFile(join(changed, FILE), applyChange(change, text))
  return changed
}

export interface ChangedCalls {
  readonly id: string
  /** Undefined if the changed file does not compile. */
  readonly oldToNew?: Pair
  readonly newToOld?: Pair
}

/** Of the run `evolution.changes`, in `texts.changes`. */
export async function measureChanges({ folder }: RunContext): Promise<Measured> {
  const calls: ChangedCalls[] = []
  for (const change of CHANGES) {
    const schema = compiled(await writeChange(change, folder), change.id)
    calls.push({ id: change.id, ...(schema && (await callBothWays(change, schema))) })
  }
  return facts({ texts: { changes: JSON.stringify(calls) } })
}

/** Undefined if the compiler rejects it, which is what it is for. */
function compiled(folder: string, name: string): Schema | undefined {
  try {
    return compileSchema(folder, name)
  } catch (error) {
    if (error instanceof SwitchyardError && error.code === 'invalid-argument') return undefined
    throw error
  }
}

async function callBothWays({ id, of, sends }: Change, changed: Schema) {
  const before = schemaOf(of)
  const [oldServer, newServer] = [await startProgram(before), await startProgram(changed)]
  try {
    return {
      oldToNew: await callPair([of, id], [before, changed], newServer),
      newToOld: await callPair([id, of], [changed, before], oldServer, sends),
    }
  } finally {
    oldServer.close()
    newServer.close()
  }
}
