// HPACK: what header fields take on the wire, by the number of the call.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { checksOf } from './checks.ts'
import { measureGrpc, measureVariant } from './measure.ts'
import { sectionsOf } from './sections.ts'
import { GRPC, hpackId, VARIANT_NAMES, VARIANTS } from './variants.ts'

const ONCE = { rounds: 1, seconds: 1 }

export const HPACK: Chapter = {
  title: 'HPACK',
  runs: () => [
    ...VARIANT_NAMES.map(
      (name): Run => ({
        ...{ ...ONCE, id: hpackId(name) },
        labels: { calls: "gRPC's fields, by Node's http2", variant: VARIANTS[name].title },
        measure: () => measureVariant(name),
      }),
    ),
    {
      ...{ ...ONCE, id: hpackId(GRPC) },
      labels: { calls: 'grpc-js and a backend', variant: 'a session as metadata' },
      measure: measureGrpc,
    },
  ],
  checks: checksOf,
  sections: sectionsOf,
}
