// The audit log: one line of JSON for each REST call that writes or tries to, and for reads that show names of secrets. Each line
// has the digest of the one before it, so that `yard audit verify` finds lines that were changed or removed.

import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { SerialQueue } from '../../core/serial-queue.ts'
import { type ChainLink, chainLine, formatHead, HEAD_SUFFIX } from './audit-chain.ts'
import { CREATE, lastLink, moveAsideWithoutChain, readTail } from './audit-start.ts'
import type { Role } from './roles.ts'
import type { TokenEntry } from './token-entries.ts'

export interface AuditEntry {
  /** ISO 8601. */
  readonly time: string
  /** The name of the token; null without a valid one. */
  readonly author: string | null
  readonly role: Role | null
  /** The IP address of the caller. */
  readonly from: string
  readonly method: string
  readonly path: string
  readonly status: number
  /** The number of the revision that the call wrote, if any. */
  readonly revision?: number
  /** The token that the call made, without the token itself. */
  readonly token?: Pick<TokenEntry, 'role' | 'fleets' | 'expiresAt'> & { readonly name: string }
  /** The names of secrets that the answer shows. */
  readonly secrets?: readonly string[]
}

interface OpenOptions {
  /** Gets what is wrong with the log. */
  readonly onFault?: (error: unknown) => void
}

interface Parts {
  readonly path: string
  readonly file: FileHandle
  readonly headFile: FileHandle
  readonly last: ChainLink
  /** Without the part of a line at its end. */
  readonly size: number
  readonly report: (message: string) => void
}

export class AuditLog {
  readonly #path: string
  readonly #file: FileHandle
  readonly #headFile: FileHandle
  readonly #report: (message: string) => void
  readonly #queue = new SerialQueue()
  #last: ChainLink
  /** Where the next line begins. */
  #size: number
  /** Whether a write has failed, so that there may be a part of a line. */
  #isTorn = false
  /** How many lines could not be written since the last one. */
  #lost = 0

  private constructor({ path, file, headFile, last, size, report }: Parts) {
    this.#path = path
    this.#file = file
    this.#headFile = headFile
    this.#last = last
    this.#size = size
    this.#report = report
  }

  /**
   * Opens the file to append to it, and creates it so that only its owner can read it. If an earlier process was killed while it
   * wrote a line, the next line records what there is of it. A log that somebody has changed is reported, and goes on with the
   * chain that it had, so that the change stays visible.
   * @throws SwitchyardError `state-unusable`
   */
  static async open(path: string, { onFault = () => {} }: OpenOptions = {}): Promise<AuditLog> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const report = (message: string) =>
        onFault(new SwitchyardError('state-damaged', `${message}. Run "yard audit verify" for details`))
      await moveAsideWithoutChain(path, report)
      const file = await open(path, CREATE, 0o600)
      const tail = await readTail(file)
      const last = await lastLink(path, tail, report)
      const headFile = await open(path + HEAD_SUFFIX, CREATE, 0o600)
      const { size, fragment } = tail
      const log = new AuditLog({ path, file, headFile, last, size: size - fragment.length, report })
      await log.#recover(fragment)
      return log
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SwitchyardError('state-unusable', `the audit log cannot be written: ${reason}`, { cause })
    }
  }

  /** Resolves when the disk has the line. @throws Error if it cannot be written */
  async append(entry: AuditEntry): Promise<void> {
    await this.#queue.take(() => this.#append(entry))
  }

  async close(): Promise<void> {
    await this.#queue.take(async () => {
      await this.#file.close()
      await this.#headFile.close()
    })
  }

  async #recover(fragment: Uint8Array): Promise<void> {
    if (fragment.length === 0) return this.#writeHead()
    const incomplete = new TextDecoder().decode(fragment)
    // The new line is longer than the part, so one write replaces the part and nothing of it is lost.
    await this.#write({ time: new Date().toISOString(), incomplete })
  }

  async #append(entry: AuditEntry): Promise<void> {
    try {
      await this.#findChange()
      await this.#write({ ...entry, ...(this.#lost > 0 && { lost: this.#lost }) })
      this.#lost = 0
    } catch (error) {
      this.#lost += 1
      throw error
    }
  }

  /** Somebody else who writes or cuts the file breaks the chain, and must not get a line of ours in the middle of theirs. */
  async #findChange(): Promise<void> {
    if (this.#isTorn) {
      await this.#file.truncate(this.#size)
      this.#isTorn = false
    }
    const { size } = await this.#file.stat()
    if (size === this.#size) return
    this.#report(`${this.#path} has ${size} bytes and not ${this.#size}: somebody else has changed it`)
    const { fragment } = await readTail(this.#file)
    if (fragment.length > 0) await this.#file.write('\n', size)
    this.#size = fragment.length > 0 ? size + 1 : size
  }

  async #write(fields: object): Promise<void> {
    const { text, link } = chainLine(fields, this.#last)
    const bytes = Buffer.from(`${text}\n`)
    this.#isTorn = true
    const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, this.#size)
    if (bytesWritten < bytes.length)
      throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`)
    await this.#file.datasync()
    this.#isTorn = false
    this.#size += bytes.length
    this.#last = link
    await this.#writeHead()
  }

  /** The log may be ahead of its head: a start finds that. So a failure is no reason to deny the line. */
  async #writeHead(): Promise<void> {
    await this.#headFile.write(formatHead(this.#last), 0).catch((error: unknown) => {
      this.#report(
        `${this.#path}${HEAD_SUFFIX} cannot be written, so missing lines at the end would not be found: ${error instanceof Error ? error.message : error}`,
      )
    })
  }
}
