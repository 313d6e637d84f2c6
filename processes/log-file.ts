// The file to which the output of a child process is appended. A full disk loses output; it ends neither the child nor its parent.

import { closeSync, openSync, writeSync } from 'node:fs'

export class LogFile {
  readonly #path: string
  readonly #report: (line: string) => void
  #descriptor: number | undefined
  /** Bytes that could not be written since the last success. */
  #lost = 0

  /** @param report called with a line when the file cannot be written, once until it can be written again */
  constructor(path: string, report: (line: string) => void = reportOnStderr) {
    this.#path = path
    this.#report = report
  }

  append(chunk: Uint8Array): void {
    const note = this.#lost === 0 ? [] : [Buffer.from(`[${this.#lost} bytes of output are lost]\n`)]
    for (const bytes of [...note, chunk]) {
      const written = this.#write(bytes)
      if (written < bytes.length) {
        this.#lost += chunk.length - (bytes === chunk ? written : 0)
        return
      }
      this.#lost = 0
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  /** @returns the number of bytes that were written; on a disk that fills up, a part of them may be */
  #write(bytes: Uint8Array): number {
    let written = 0
    try {
      this.#descriptor ??= openSync(this.#path, 'a')
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written)
    } catch (error) {
      if (this.#lost === 0) {
        this.#report(
          `the log ${this.#path} cannot be written, so output is lost: ${(error as Error).message}`,
        )
      }
    }
    return written
  }
}

function reportOnStderr(line: string): void {
  process.stderr.write(`${line}\n`)
}
