// The newest bundle that an authorizer has activated, in a file that outlives it: an older one is never activated again.

import { constants } from 'node:fs'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../../../core/errors.ts'
import type { BundledPolicy } from './bundle.ts'

type Order = BundledPolicy['order']

const FILE = 'policy-revision.json'
const WRITABLE_FOR_OTHERS = 0o022

export class RevisionRecord {
  readonly #folder: string
  readonly #minimum: number

  private constructor(folder: string, minimum: number) {
    this.#folder = folder
    this.#minimum = minimum
  }

  /**
   * @param folder is created with mode 0700 if it is missing. It must not be the one of the bundle: who can replace the bundle
   *   could then remove the record
   * @param minimum bundles with a lower number are rejected even before the first one is recorded
   * @throws SwitchyardError `state-unusable` if others can write to the folder, or `state-damaged` if the record cannot be read
   */
  static async open(folder: string, minimum = 0): Promise<RevisionRecord> {
    const record = new RevisionRecord(folder, minimum)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const { mode } = await stat(folder)
      if ((mode & WRITABLE_FOR_OTHERS) !== 0) throw new Error('other users can write to it; run chmod 700')
    } catch (cause) {
      const message = `cannot use the state folder ${folder}: ${(cause as Error).message}`
      throw new SwitchyardError('state-unusable', message, { cause })
    }
    await record.#read()
    return record
  }

  /** @throws SwitchyardError `bad-bundle` if the bundle is older than the recorded one, or another one of the same number */
  async check({ number, digest }: Order): Promise<void> {
    if (number < this.#minimum) {
      const message = `the bundle has the number ${number}, and --minimum-revision is ${this.#minimum}`
      throw new SwitchyardError('bad-bundle', message)
    }
    const newest = await this.#read()
    if (newest === undefined || number > newest.number) return
    if (number === newest.number && digest === newest.digest) return
    const fix = `publish it again with a revision above ${newest.number}`
    const what =
      number === newest.number
        ? `is another bundle with the number ${number}`
        : `is older: it has the number ${number}, and ${newest.number} was activated before`
    throw new SwitchyardError('bad-bundle', `the bundle ${what}; ${fix}`)
  }

  /** Durable when it resolves. */
  async write({ number, digest }: Order): Promise<void> {
    const path = join(this.#folder, FILE)
    const file = await open(`${path}.new`, 'w', 0o600)
    try {
      await file.writeFile(`${JSON.stringify({ number, digest })}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.new`, path)
    const folder = await open(this.#folder, constants.O_RDONLY)
    await folder.sync().finally(() => folder.close())
  }

  /** Each time from the file, because several authorizers may share it. */
  async #read(): Promise<Order | undefined> {
    const path = join(this.#folder, FILE)
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw damaged(path, error)
    }
    try {
      const { number, digest } = JSON.parse(text) as Order
      if (Number.isSafeInteger(number) && typeof digest === 'string') return { number, digest }
    } catch (error) {
      throw damaged(path, error)
    }
    throw damaged(path)
  }
}

function damaged(path: string, cause?: unknown): SwitchyardError {
  const fix = 'remove it and give --minimum-revision with the number of the newest bundle'
  return new SwitchyardError('state-damaged', `${path} is not a record of a revision; ${fix}`, { cause })
}
