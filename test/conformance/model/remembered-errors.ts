// The errors that a client remembers: the newest for each name, until the resource comes.

import type { Response } from '../../../xds-server/type-state/responses.ts'

export class RememberedErrors {
  readonly #messages = new Map<string, string>()

  take({ typeUrl, resources, errors = [] }: Response): void {
    for (const { name } of resources) this.#messages.delete(keyOf(typeUrl, name))
    for (const { name, message } of errors) this.#messages.set(keyOf(typeUrl, name), message)
  }

  of(typeUrl: string, name: string): string | undefined {
    return this.#messages.get(keyOf(typeUrl, name))
  }
}

function keyOf(typeUrl: string, name: string): string {
  return `${typeUrl} ${name}`
}
