// The audit log: one line of JSON for each REST call that writes or tries to.

import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
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
}

export class AuditLog {
  readonly #file: FileHandle
  /** What the next line begins with: after a failure, the line before may be incomplete. */
  #start = ''

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Opens the file to append to it, and creates it so that only its owner can read it. @throws SwitchyardError `state-unusable` */
  static async open(path: string): Promise<AuditLog> {
    try {
      await mkdir(dirname(path), { recursive: true })
      return new AuditLog(await open(path, 'a', 0o600))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SwitchyardError('state-unusable', `the audit log cannot be written: ${reason}`, { cause })
    }
  }

  /** Resolves when the operating system has the line. @throws Error if it cannot be written */
  async append(entry: AuditEntry): Promise<void> {
    const line = `${this.#start}${JSON.stringify(entry)}\n`
    this.#start = '\n'
    await this.#file.appendFile(line)
    this.#start = ''
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
