// Runtime layers that the snapshot lacks: SotW cannot delete them, so Envoy is sent empty ones.

import t from 'tap'
import { testScripts } from '../../test/support/stream-script.ts'
import { ROUTE, RUNTIME, resourceTypeOf } from '../snapshot/resource-type.ts'
import { emptyLayers } from './empty-layers.ts'

testScripts({
  'X70: a runtime layer that does not exist is answered at once, as empty': {
    sotw: `
      serve RTDS r=1
      ask RTDS r s → RTDS#1 r=1 s=empty
      ack 1
      serve RTDS r=1 s=1 → RTDS#2 s=1
      ack 2
      status → RTDS SYNCED
    `,
    delta: `
      serve RTDS r=1
      ask RTDS +r +s → RTDS#1 r=1 -s
    `,
  },
  'X70: a layer that is removed is sent once, as empty': {
    sotw: `
      serve RTDS r=1 s=1
      ask RTDS r s → RTDS#1 r=1 s=1
      ack 1
      serve RTDS r=1 → RTDS#2 s=empty
      ack 2
      status → RTDS SYNCED
      serve RTDS r=2 → RTDS#3 r=2
      ack 3
      ask RTDS r
      serve RTDS → RTDS#4 r=empty
    `,
    delta: `
      serve RTDS r=1 s=1
      ask RTDS +r +s → RTDS#1 r=1 s=1
      ack 1
      serve RTDS r=1 → RTDS#2 -s
      ack 2
    `,
  },
  'X43, X70: a layer goes while a client by name has not asked for a cluster that its routes need': {
    sotw: `
      serve RTDS r=1 | CDS a=1 b=1 | RDS l=b
      ask RTDS r → RTDS#1 r=1
      ask CDS a → CDS#2 a=1
      ask RDS l → RDS#3 l=b
      ack 1 2 3
      serve RTDS → RTDS#4 r=empty
    `,
    delta: `
      serve RTDS r=1 | CDS a=1 b=1 | RDS l=b
      ask RTDS +r → RTDS#1 r=1
      ask CDS +a → CDS#2 a=1
      ask RDS +l → RDS#3 l=b
      ack 1 2 3
      serve RTDS → RTDS#4 -r
    `,
  },
  'X70: an empty layer that Envoy NACKs, because another is bad, is sent again after the next ACK': {
    sotw: `
      serve RTDS r=1 s=1
      ask RTDS r s → RTDS#1 r=1 s=1
      ack 1
      serve RTDS r=2 s=1 → RTDS#2 r=2
      nack 2
      serve RTDS r=2 → RTDS#3 s=empty
      nack 3
      serve RTDS r=3 → RTDS#4 r=3
      ack 4 → RTDS#5 s=empty
      ack 5
      status → RTDS SYNCED
    `,
  },
  'X70: a client that reconnects with a layer that is gone gets an empty one': {
    sotw: `
      serve RTDS r=1
      ask RTDS s holding s=1 → RTDS#1 s=empty
      ack 1
    `,
    delta: `
      serve RTDS r=1
      ask RTDS +s holding s=1 → RTDS#1 -s
    `,
  },
  'X70: other types have no empty resource, and are not answered': {
    sotw: `
      serve RDS r=1 | ECDS e=1
      ask RDS s
      ask ECDS f
    `,
  },
})

t.test('X70: only runtime layers with a name have an empty form', async (t) => {
  t.same(
    emptyLayers(resourceTypeOf(RUNTIME), ['a', '', 'b']).map(({ name }) => name),
    ['a', 'b'],
  )
  t.same(emptyLayers(resourceTypeOf(ROUTE), ['a']), [])
})
