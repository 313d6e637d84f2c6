// Counts in a server that speaks Redis' protocol, such as Redis or Valkey: several limiters share them, and they outlive each.

import { createClient } from '@redis/client'
import { SwitchyardError } from '../../core/errors.ts'
import { type CountStore, type Hits, windowStart } from './count-store.ts'
import { SECONDS } from './time-unit.ts'

/** Envoy waits for a fraction of that, and has its own answer then. */
const ANSWER_MS = 1_000
const LONGEST_PAUSE_MS = 1_000

type Client = ReturnType<typeof newClient>

export class RedisStore implements CountStore {
  readonly #client: Client

  private constructor(client: Client) {
    this.#client = client
  }

  /**
   * @param url such as `redis://127.0.0.1:6379/0`, or `rediss://…` with TLS
   * @param onError what goes wrong with the connection later; it is opened again and again
   * @throws SwitchyardError `unreachable`
   */
  static async open(url: string, onError: (error: Error) => void): Promise<RedisStore> {
    let isOpen = false
    const client = newClient(url, () => isOpen)
    client.on('error', (error: Error) => {
      if (isOpen) onError(error)
    })
    try {
      await client.connect()
    } catch (cause) {
      throw unreachable(cause)
    }
    isOpen = true
    return new RedisStore(client)
  }

  /** One round trip for all. A count ends with its window; a client cannot lose it between the two commands. */
  async add(hits: readonly Hits[], now: number): Promise<readonly number[]> {
    const transaction = this.#client.multi()
    for (const { countKey, unit, amount } of hits) {
      const key = `switchyard:rate-limit:${windowStart(unit, now)}:${unit}:${countKey}`
      transaction.incrBy(key, amount).expire(key, SECONDS[unit])
    }
    try {
      const answers = await transaction.exec()
      return hits.map((_, index) => Number(answers[index * 2]))
    } catch (cause) {
      throw unreachable(cause)
    }
  }

  async close(): Promise<void> {
    this.#client.destroy()
  }
}

/** Commands fail at once while there is no connection: whoever waits for an answer has a time limit. */
function newClient(url: string, isOpen: () => boolean) {
  return createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: ANSWER_MS },
    socket: {
      connectTimeout: ANSWER_MS,
      reconnectStrategy: (retries, cause) =>
        isOpen() ? Math.min(2 ** retries * 10, LONGEST_PAUSE_MS) : cause,
    },
  })
}

function unreachable(cause: unknown): SwitchyardError {
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  return new SwitchyardError('unreachable', `the store of counts does not answer: ${reason}`, { cause })
}
