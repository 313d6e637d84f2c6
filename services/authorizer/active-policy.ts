// The policy in force. It is read at startup and replaced when its file changes, unless the new one is invalid.

import { ActiveFiles, type FilesEvent } from '../active-files.ts'
import { PolicyThreads, type ThreadOptions } from './evaluation/policy-threads.ts'
import type { Policy } from './policy.ts'
import { openPolicyLocation, type PolicyLocation } from './policy-location.ts'

export class ActivePolicy {
  readonly #files: ActiveFiles<PolicyThreads>

  private constructor(files: ActiveFiles<PolicyThreads>) {
    this.#files = files
  }

  /** @throws SwitchyardError if there is no valid policy at startup */
  static async open(
    location: PolicyLocation,
    onEvent: (event: FilesEvent) => void,
    options: ThreadOptions = {},
  ): Promise<ActivePolicy> {
    const { watched, read, parse, activated } = await openPolicyLocation(location)
    let before: PolicyThreads | undefined
    const start = async (files: readonly Buffer[]) => {
      const source = await parse(files)
      const policy = await PolicyThreads.start(source, options)
      try {
        // Before it decides: no crash between the two may bring an older policy back.
        await activated(source)
      } catch (error) {
        await policy.close()
        throw error
      }
      // It first decides the calls that it has.
      void before?.close()
      before = policy
      return policy
    }
    return new ActivePolicy(await ActiveFiles.open({ watched: [watched], read, parse: start }, onEvent))
  }

  get current(): Policy {
    return this.#files.current
  }

  /** Resolves when the newest policy is activated or rejected. */
  reload(): Promise<void> {
    return this.#files.reload()
  }

  close(): void {
    this.#files.close()
    void this.#files.current.close()
  }
}
