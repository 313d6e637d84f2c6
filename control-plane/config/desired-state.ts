// The desired state that is in force: it changes as a whole or not at all.

import type { Config } from './model.ts'

/** Brings a configuration to the clients; throws, and leaves all as it was, where that cannot be done. */
export type Publish = (config: Config) => void

export class DesiredState {
  readonly #publish: Publish
  #config: Config

  /** @throws whatever `publish` throws about the first configuration. */
  constructor(config: Config, publish: Publish) {
    publish(config)
    this.#publish = publish
    this.#config = config
  }

  get config(): Config {
    return this.#config
  }

  /**
   * Edits, publishes and keeps. It runs from end to end without a pause, so that no two writes cross; where `edit`
   * or the publication throws, the state is as before.
   */
  change(edit: (config: Config) => Config): Config {
    const next = edit(this.#config)
    this.#publish(next)
    this.#config = next
    return next
  }
}
