// Who wrote what, and who tried to: one line of JSON a REST call that is more than a look.

import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import type { Role } from './tokens.ts'

export interface AuditEntry {
  /** ISO 8601. */
  readonly time: string
  /** The name of the token; null where there was none that is known. */
  readonly author: string | null
  readonly role: Role | null
  /** The IP address that it came from. */
  readonly from: string
  readonly method: string
  readonly path: string
  readonly status: number
  /** The number of the revision that was written, if one was. */
  readonly revision?: number
}

export class AuditLog {
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Goes on at the end of the file, which only its owner can read. @throws SwitchyardError `state-unusable` */
  static async open(path: string): Promise<AuditLog> {
    try {
      await mkdir(dirname(path), { recursive: true })
      return new AuditLog(await open(path, 'a', 0o600))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SwitchyardError('state-unusable', `the audit log cannot be written: ${reason}`, { cause })
    }
  }

  /** Resolves when the line is with the system. @throws Error where it cannot be written */
  async append(entry: AuditEntry): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(entry)}\n`)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
