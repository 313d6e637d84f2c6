// The newest bundle that an authorizer has activated, in a folder that outlives it: an older one is never activated again.

import { constants } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../../../core/errors.ts'
import type { BundledPolicy } from './bundle.ts'

type Order = BundledPolicy['order']

/** An empty file for each number: processes that share a folder cannot undo what another one wrote. */
const FILE = /^bundle-(\d{1,15})-([0-9a-f]+)$/
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
   * @throws SwitchyardError `state-unusable` if the folder cannot be used, or others can write to it
   */
  static async open(folder: string, minimum = 0): Promise<RevisionRecord> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const { mode } = await stat(folder)
      if ((mode & WRITABLE_FOR_OTHERS) !== 0) throw new Error('other users can write to it; run chmod 700')
    } catch (cause) {
      const message = `cannot use the state folder ${folder}: ${(cause as Error).message}`
      throw new SwitchyardError('state-unusable', message, { cause })
    }
    return new RevisionRecord(folder, minimum)
  }

  /** @throws SwitchyardError `bad-bundle` if the bundle is older than the recorded one, or another one of the same number */
  async check({ number, digest }: Order): Promise<void> {
    if (number < this.#minimum) {
      const message = `the bundle has the number ${number}, and --minimum-revision is ${this.#minimum}`
      throw new SwitchyardError('bad-bundle', message)
    }
    const newest = await this.#readNewest()
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
    const before = await this.#readAll()
    const file = await open(join(this.#folder, `bundle-${number}-${digest}`), 'a', 0o600)
    await file.close()
    const folder = await open(this.#folder, constants.O_RDONLY)
    await folder.sync().finally(() => folder.close())
    const older = before.filter((one) => one.number < number)
    await Promise.all(older.map(({ name }) => rm(join(this.#folder, name), { force: true })))
  }

  /** Each time from the folder, because several processes may share it. */
  async #readNewest(): Promise<Order | undefined> {
    const all = await this.#readAll()
    return all.toSorted((a, b) => b.number - a.number)[0]
  }

  async #readAll(): Promise<readonly (Order & { readonly name: string })[]> {
    return (await readdir(this.#folder)).flatMap((name) => {
      const [, number, digest] = FILE.exec(name) ?? []
      return number === undefined || digest === undefined ? [] : [{ name, number: Number(number), digest }]
    })
  }
}
