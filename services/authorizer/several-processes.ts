// An authorizer as several processes behind one address. The first process only listens; the others accept and decide.
// One that ends is replaced.

import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { SwitchyardError } from '../../core/errors.ts'
import { type ListenAddress, removeAbandoned } from '../draining-listener.ts'
import { print } from '../service-process.ts'

/** For what the processes create: the socket is made by the first one. */
const PRIVATE_UMASK = 0o177
const RETRY_MS = 1_000

type Line = { readonly address?: string; readonly drained?: number }

export class SeveralProcesses {
  readonly #reportError: (thrown: unknown) => void
  readonly #running = new Set<Worker>()
  #isStopping = false

  private constructor(reportError: (thrown: unknown) => void) {
    this.#reportError = reportError
  }

  /**
   * @param args the flags of each process
   * @throws SwitchyardError `process-failed` if one of them does not start; it has said why on stderr
   */
  static async start(
    count: number,
    listen: ListenAddress,
    args: readonly string[],
    reportError: (thrown: unknown) => void,
  ): Promise<SeveralProcesses & { readonly address: string }> {
    // Before, because two processes could remove each other's.
    await removeAbandoned(listen)
    process.umask(PRIVATE_UMASK)
    // Each process accepts for itself. A connection that the first one passes on is lost if the receiver dies just then, and its
    // client would wait for answers forever.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary({ args: [...args], silent: true })
    const all = new SeveralProcesses(reportError)
    try {
      const addresses = await Promise.all(Array.from({ length: count }, () => all.#fork()))
      return Object.assign(all, { address: addresses[0] ?? '' })
    } catch (error) {
      await all.close()
      throw error
    }
  }

  /** In the order in which they were started. */
  get pids(): readonly number[] {
    return [...this.#running].flatMap(({ process: { pid } }) => pid ?? [])
  }

  /** @returns the number of connections that got GOAWAY */
  async drain(): Promise<number> {
    const counts = [...this.#running].map(async (worker) => {
      const answered = once(worker, 'drained')
      worker.process.stdin?.write('drain\n')
      const [count] = await Promise.race([answered, once(worker, 'exit').then(() => [0])])
      return Number(count)
    })
    return (await Promise.all(counts)).reduce((sum, one) => sum + one, 0)
  }

  async close(): Promise<void> {
    this.#isStopping = true
    const ended = [...this.#running].map((worker) => once(worker, 'exit'))
    for (const worker of this.#running) worker.process.stdin?.end()
    await Promise.all(ended)
  }

  /** Resolves with the address when it serves. */
  #fork(): Promise<string> {
    const worker = cluster.fork()
    const { stdout, stderr, pid } = worker.process
    stderr?.pipe(process.stderr, { end: false })
    this.#running.add(worker)
    return new Promise((resolve, reject) => {
      let isReady = false
      if (stdout) {
        createInterface({ input: stdout }).on('line', (text) => {
          const line = readLine(text)
          if (line.address !== undefined) {
            isReady = true
            resolve(line.address)
          } else if (line.drained !== undefined) worker.emit('drained', line.drained)
          else process.stdout.write(`${text}\n`)
        })
      }
      worker.once('exit', (code: number | null, signal: string | null) => {
        this.#running.delete(worker)
        const message = `process ${pid} of the authorizer ended (${signal ?? code})`
        const error = new SwitchyardError('process-failed', message)
        reject(error)
        if (isReady && !this.#isStopping) void this.#replace(error)
      })
    })
  }

  async #replace(error: SwitchyardError): Promise<void> {
    this.#reportError(error)
    while (!this.#isStopping) {
      try {
        await this.#fork()
        return print({ processes: this.pids })
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
  }
}

/** Lines of the decision log are passed on like all others. */
function readLine(text: string): Line {
  if (!text.startsWith('{"address":') && !text.startsWith('{"drained":')) return {}
  return JSON.parse(text) as Line
}
