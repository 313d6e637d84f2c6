// Where the key-value service keeps values: in memory, or in files that are checked against a checksum when they are read.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { status } from '@grpc/grpc-js'
import { RpcStatusError } from './rpc/index.ts'

/** Values by the version of their entry. */
export interface Values {
  put(version: bigint, value: Uint8Array): void
  /** The value of a version that was put. */
  get(version: bigint): Uint8Array
  delete(version: bigint): void
}

const NO_BYTES = new Uint8Array(0)

export class MemoryValues implements Values {
  readonly #values = new Map<bigint, Uint8Array>()

  put(version: bigint, value: Uint8Array): void {
    this.#values.set(version, value)
  }

  get(version: bigint): Uint8Array {
    return this.#values.get(version) ?? NO_BYTES
  }

  delete(version: bigint): void {
    this.#values.delete(version)
  }
}

/**
 * A file for each value, and its CRC-32 in memory. The files are for values that something else may damage, not for a restart:
 * a new store begins empty.
 */
export class FileValues implements Values {
  readonly #folder: string
  readonly #checksums = new Map<bigint, number>()

  /** @param folder is created if it is missing */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#folder = folder
  }

  put(version: bigint, value: Uint8Array): void {
    writeFileSync(this.#fileOf(version), value)
    this.#checksums.set(version, crc32(value))
  }

  /** @throws RpcStatusError DATA_LOSS if the file is gone or has other bytes than were put */
  get(version: bigint): Uint8Array {
    const expected = this.#checksums.get(version)
    const value = this.#read(version)
    const found = value && crc32(value)
    if (value !== undefined && found === expected) return new Uint8Array(value)
    const what = value ? `has the checksum ${hex(found)}, not ${hex(expected)}` : 'cannot be read'
    throw new RpcStatusError(
      status.DATA_LOSS,
      `the stored value of version ${version} ${what}: put it again from another copy`,
    )
  }

  delete(version: bigint): void {
    rmSync(this.#fileOf(version), { force: true })
    this.#checksums.delete(version)
  }

  #read(version: bigint): Buffer | undefined {
    try {
      return readFileSync(this.#fileOf(version))
    } catch {
      return undefined
    }
  }

  #fileOf(version: bigint): string {
    return join(this.#folder, `${version}.value`)
  }
}

function hex(checksum: number | undefined): string {
  return (checksum ?? 0).toString(16).padStart(8, '0')
}
