// A policy that threads evaluate, one call in each at a time. An evaluation that takes too long costs its thread and denies its own
// call; all others are decided by the other threads.

import { Worker } from 'node:worker_threads'
import { SwitchyardError } from '../../../core/errors.ts'
import { type Decision, deny } from '../decision.ts'
import type { Policy, PolicySource } from '../policy.ts'
import type { PolicyInput } from '../policy-input.ts'
import { createInputMemory, elapsedMs, type InputMemory, putInput } from './input-memory.ts'
import type { ThreadMessage } from './thread-message.ts'

export interface ThreadOptions {
  /** Default: 2. With one, all calls wait while an evaluation goes on too long. */
  readonly threads?: number
  /** Milliseconds that an evaluation may take. Default: 1,000. */
  readonly limitMs?: number
  /** Called when a thread was ended. */
  readonly onEnded?: (reason: string) => void
}

interface Task {
  readonly input: PolicyInput
  readonly resolve: (decision: Decision) => void
}

interface Thread {
  readonly worker: Worker
  readonly memory: InputMemory
  task: Task | undefined
}

const THREADS = 2
const LIMIT_MS = 1_000
/** Calls that may wait for a thread. Envoy gives up on them long before that many are decided. */
const MOST_WAITING = 1_000
/** To compile, and to run what a module does when it is loaded. */
const START_LIMIT_MS = 30_000
/** The watchdog looks this many times within the limit. */
const LOOKS = 4
const RETRY_MS = 1_000
/** JavaScript's heap of a thread. The memory of the policy itself is outside, and bounded by `compilePolicy`. */
const HEAP_MIB = 256

export class PolicyThreads implements Policy {
  readonly revision: string
  readonly #source: PolicySource
  readonly #limitMs: number
  readonly #onEnded: (reason: string) => void
  readonly #all = new Set<Thread>()
  /** The newest first: few threads have warm caches, and the others are for bursts. */
  readonly #idle: Thread[] = []
  readonly #waiting: Task[] = []
  readonly #watchdog: NodeJS.Timeout
  #isClosing = false

  private constructor(source: PolicySource, { limitMs = LIMIT_MS, onEnded = () => {} }: ThreadOptions) {
    this.revision = source.revision
    this.#source = source
    this.#limitMs = limitMs
    this.#onEnded = onEnded
    this.#watchdog = setInterval(() => this.#look(), limitMs / LOOKS).unref()
  }

  /** @throws SwitchyardError `bad-bundle` if the policy cannot be used */
  static async start(source: PolicySource, options: ThreadOptions = {}): Promise<PolicyThreads> {
    const policy = new PolicyThreads(source, options)
    try {
      await Promise.all(Array.from({ length: options.threads ?? THREADS }, () => policy.#startThread()))
    } catch (error) {
      await policy.close()
      throw error
    }
    return policy
  }

  decide(input: PolicyInput): Promise<Decision> {
    return new Promise((resolve) => {
      const thread = this.#idle.pop()
      if (thread) this.#assign(thread, { input, resolve })
      else if (this.#waiting.length < MOST_WAITING) this.#waiting.push({ input, resolve })
      else resolve(deny('too many calls wait for a decision'))
    })
  }

  /** Decides the calls that it has, then ends its threads. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#endIdle()
  }

  async #startThread(): Promise<void> {
    const memory = createInputMemory()
    const worker = new Worker(new URL('./policy-thread.ts', import.meta.url), {
      workerData: { source: this.#source, memory },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
      // A policy that prints must not write into the lines of this process.
      stdout: true,
      stderr: true,
    })
    for (const output of [worker.stdout, worker.stderr]) output.resume()
    const thread: Thread = { worker, memory, task: undefined }
    this.#all.add(thread)
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string) => {
        clearTimeout(patience)
        this.#all.delete(thread)
        void worker.terminate()
        reject(new SwitchyardError('bad-bundle', reason))
      }
      const patience = setTimeout(() => fail('the policy could not be loaded in time'), START_LIMIT_MS)
      let isReady = false
      worker.on('message', (message: ThreadMessage) => {
        // A thread that is being ended may still have sent something.
        if (!this.#all.has(thread)) return
        if ('decision' in message) this.#finish(thread, message.decision)
        else if ('failure' in message) fail(message.failure)
        else {
          clearTimeout(patience)
          isReady = true
          resolve()
          this.#serve(thread)
        }
      })
      worker.on('error', ({ message }) => {
        if (isReady) this.#replace(thread, `the policy failed: ${message}`)
        else fail(message)
      })
    })
  }

  #assign(thread: Thread, task: Task): void {
    thread.task = task
    if (!putInput(thread.memory, task.input))
      this.#finish(thread, deny('the call is larger than a policy may see'))
  }

  #finish(thread: Thread, decision: Decision): void {
    const { task } = thread
    thread.task = undefined
    task?.resolve(decision)
    this.#serve(thread)
  }

  #serve(thread: Thread): void {
    const next = this.#waiting.shift()
    if (next) this.#assign(thread, next)
    else this.#idle.push(thread)
    if (this.#isClosing) this.#endIdle()
  }

  #endIdle(): void {
    if (this.#waiting.length > 0) return
    for (const thread of this.#idle.splice(0)) {
      this.#all.delete(thread)
      void thread.worker.terminate()
    }
    if (this.#all.size === 0) clearInterval(this.#watchdog)
  }

  /** Only the time in the thread counts: neither a busy main thread nor a queue ends one. */
  #look(): void {
    for (const thread of this.#all) {
      if (thread.task === undefined || elapsedMs(thread.memory) < this.#limitMs) continue
      this.#replace(thread, `the policy took more than ${this.#limitMs} ms`)
    }
  }

  /** Denies the call of a thread, ends the thread, and starts another one. */
  #replace(thread: Thread, reason: string): void {
    const { task } = thread
    thread.task = undefined
    this.#all.delete(thread)
    const at = this.#idle.indexOf(thread)
    if (at >= 0) this.#idle.splice(at, 1)
    void thread.worker.terminate()
    task?.resolve(deny(reason))
    this.#onEnded(reason)
    this.#restart()
  }

  #restart(): void {
    if (this.#isClosing && this.#waiting.length === 0) {
      this.#endIdle()
      return
    }
    this.#startThread().catch(({ message }: Error) => {
      this.#onEnded(`a thread of the policy did not start: ${message}`)
      setTimeout(() => this.#restart(), RETRY_MS).unref()
    })
  }
}
