// What a run over a transport cannot do without.

import type { Need } from '../../../harness/scenario.ts'
import type { Transport } from '../../../testbed/transports/transport.ts'

export function needOf({ title, missing }: Transport): Need {
  return {
    name: title,
    get install() {
      return missing() ?? ''
    },
    isThere: () => missing() === undefined,
  }
}
