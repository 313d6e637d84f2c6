// Upstreams: addresses that are valid, each once.

import { parseAddress } from '../address.ts'
import type { Config } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'

export function* checkUpstreams({ upstreams }: Config): Iterable<PlacedProblem> {
  for (const [name, { endpoints }] of Object.entries(upstreams)) {
    const idOf = new Map<string, string>()
    for (const [id, { address }] of Object.entries(endpoints)) {
      const steps = ['upstreams', name, 'endpoints', id, 'address']
      const parsed = parseAddress(address)
      if (typeof parsed === 'string') yield { steps, message: parsed }
      const twin = idOf.get(address)
      if (twin !== undefined) {
        yield {
          steps,
          message: `is also the address of ${twin}: remove one, or give ${twin} a higher weight`,
        }
      }
      idOf.set(address, id)
    }
  }
}
