// The policy in force. It is read at startup and replaced when its file changes, unless the new one is invalid.

import { ActiveFiles, type FilesEvent } from '../active-files.ts'
import type { Decision } from './decision.ts'
import { compilePolicy, type Policy } from './policy.ts'
import type { PolicyInput } from './policy-input.ts'
import { openPolicyLocation, type PolicyLocation } from './policy-location.ts'

export class ActivePolicy implements Policy {
  readonly #files: ActiveFiles<Policy>

  private constructor(files: ActiveFiles<Policy>) {
    this.#files = files
  }

  /** @throws SwitchyardError if there is no valid policy at startup */
  static async open(location: PolicyLocation, onEvent: (event: FilesEvent) => void): Promise<ActivePolicy> {
    const { watched, read, parse, activated } = await openPolicyLocation(location)
    const compile = async (files: readonly Buffer[]) => {
      const source = await parse(files)
      const policy = await compilePolicy(source)
      // Before it decides: no crash between the two may bring an older policy back.
      await activated(source)
      return policy
    }
    return new ActivePolicy(await ActiveFiles.open({ watched: [watched], read, parse: compile }, onEvent))
  }

  get revision(): string {
    return this.#files.current.revision
  }

  decide(input: PolicyInput): Decision {
    return this.#files.current.decide(input)
  }

  /** Resolves when the newest policy is activated or rejected. */
  reload(): Promise<void> {
    return this.#files.reload()
  }

  close(): void {
    this.#files.close()
  }
}
