// The size of lists of headers as they pass a tap: names, values, and what is counted for each header besides.

import type { SeenFrame } from '../../../../testbed/http2/connection-reader.ts'
import { startTap, type Tap } from '../../../../testbed/http2/tap.ts'

const FILLER = 'x-filler'

export class HeaderLists {
  /** By the length of the filler. */
  readonly #sizes = new Map<number, number>()
  readonly #overhead: number
  #tap: Tap | undefined

  /** @param overhead of each header; 32 is that of HTTP/2: https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2 */
  constructor(overhead = 32) {
    this.#overhead = overhead
  }

  /** @param to `HOST:PORT` @returns the address of a tap in front of it */
  async before(to: string): Promise<string> {
    this.#tap = await startTap({
      to,
      keepBytes: false,
      keepFrames: false,
      onFrame: (seen) => this.#see(seen),
    })
    return this.#tap.address
  }

  /** Of the list whose filler has a value of this size; undefined if none passed. */
  sizeOf(filler: number): number | undefined {
    return this.#sizes.get(filler)
  }

  async stop(): Promise<void> {
    await this.#tap?.stop()
  }

  #see({ block }: SeenFrame): void {
    const filler = block?.fields.find(({ name }) => name === FILLER)
    if (block === undefined || filler === undefined) return
    const size = block.fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
    this.#sizes.set(filler.value.length, size + block.fields.length * this.#overhead)
  }
}
