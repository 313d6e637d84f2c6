// A name resolver of our own: the target `file:///PATH` names a file with an address a line, which may change at any time.
// Service discovery that gRPC does not know is added in this way. The interface is experimental in grpc-js.

import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { resolve } from 'node:path'
import { experimental, status } from '@grpc/grpc-js'

const { registerResolver, splitHostPort, statusOrFromError, statusOrFromValue } = experimental

/** How often it looks whether the file has changed. */
const INTERVAL_MS = 500

export function registerFileResolver(): void {
  registerResolver('file', FileResolver)
}

class FileResolver implements experimental.Resolver {
  readonly #file: string
  readonly #listener: experimental.ResolverListener
  #isWatching = false
  readonly #update = () => void this.#listener(readEndpoints(this.#file), {}, null, '')

  constructor({ path }: experimental.GrpcUri, listener: experimental.ResolverListener) {
    this.#file = resolve('/', path)
    this.#listener = listener
  }

  /** The host that calls name, because the addresses of a file have no common one. */
  static getDefaultAuthority(): string {
    return 'localhost'
  }

  /** grpc-js calls it at the start and after a lost connection. The listener must not be called from within. */
  updateResolution(): void {
    if (!this.#isWatching) watchFile(this.#file, { interval: INTERVAL_MS, persistent: false }, this.#update)
    this.#isWatching = true
    setImmediate(() => this.#isWatching && this.#update())
  }

  destroy(): void {
    this.#isWatching = false
    unwatchFile(this.#file, this.#update)
  }
}

/** The file as endpoints with one address each. A file that cannot be read leaves a channel its last endpoints. */
function readEndpoints(file: string): experimental.StatusOr<experimental.Endpoint[]> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    return statusOrFromValue(lines.map((line) => ({ addresses: [readAddress(line)] })))
  } catch (error) {
    return statusOrFromError({ code: status.UNAVAILABLE, details: `${file}: ${(error as Error).message}` })
  }
}

function readAddress(line: string): experimental.SubchannelAddress {
  const { host, port } = splitHostPort(line) ?? {}
  if (host === undefined || port === undefined) throw new Error(`"${line}" is not an address: write IP:PORT`)
  return { host, port }
}
