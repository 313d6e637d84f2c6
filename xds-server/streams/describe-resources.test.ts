// What the status of a client says of each resource (CSDS).

import t from 'tap'
import { typeUrlFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { streamOf, typeStateOf } from '../../test/support/stream-states.ts'
import { describeResources } from './describe-resources.ts'

testScripts({
  'P22: a resource is notSent until it goes out, stale until it is answered, then synced': {
    sotw: `
      block
      resources
      serve EDS a=1
      ask EDS a
      resources → a notSent, serves 1
      drain → EDS#1 a=1
      resources → a stale, serves 1
      ack 1
      resources → a synced, serves 1, has 1, ACKed (type)
      serve EDS a=2 → EDS#2 a=2
      resources → a stale, serves 2, has 1, ACKed (type)
      ack 2
      resources → a synced, serves 2, has 2, ACKed (type)
    `,
    delta: `
      block
      resources
      serve EDS a=1
      ask EDS +a
      resources → a notSent, serves 1
      drain → EDS#1 a=1
      resources → a stale, serves 1
      ack 1
      resources → a synced, serves 1, has 1, ACKed (own)
      serve EDS a=2 → EDS#2 a=2
      resources → a stale, serves 2, has 1, ACKed (own)
      ack 2
      resources → a synced, serves 2, has 2, ACKed (own)
    `,
  },
  'P22: a NACKed resource has its error while it is served, beside what the client ACKed before': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS a b → EDS#1 a=1 b=1
      ack 1
      serve EDS a=2 b=2 → EDS#2 a=2 b=2
      nack 2 blaming a → EDS#3 b=2
      resources → a error, serves 2, has 1, ACKed (type), NACKed (type) rejected a | b stale, serves 2, has 1, ACKed (type)
      ack 3
      resources → a error, serves 2, has 1, ACKed (type), NACKed (type) rejected a | b synced, serves 2, has 2, ACKed (type)
      block
      serve EDS a=3 b=2
      resources → a stale, serves 3, has 1, ACKed (type) | b synced, serves 2, has 2, ACKed (type)
      serve EDS b=2
      resources → a stale, has 1, ACKed (type) | b synced, serves 2, has 2, ACKed (type)
    `,
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      ack 1
      serve EDS a=2 b=2 → EDS#2 a=2 b=2
      nack 2 blaming a → EDS#3 b=2
      resources → a error, serves 2, has 1, ACKed (own), NACKed (own) rejected a | b stale, serves 2, has 1, ACKed (own)
      ack 3
      resources → a error, serves 2, has 1, ACKed (own), NACKed (own) rejected a | b synced, serves 2, has 2, ACKed (own)
      block
      serve EDS a=3 b=2
      resources → a stale, serves 3, has 1, ACKed (own) | b synced, serves 2, has 2, ACKed (own)
      serve EDS b=2
      resources → a stale, has 1, ACKed (own) | b synced, serves 2, has 2, ACKed (own)
    `,
  },
  'P22: the first content of a name that the client NACKed has no version that it ACKed': {
    sotw: `
      serve EDS a=1
      ask EDS a → EDS#1 a=1
      nack 1
      resources → a error, serves 1, NACKed (type) rejected
    `,
    delta: `
      serve EDS a=1
      ask EDS +a → EDS#1 a=1
      nack 1
      resources → a error, serves 1, NACKed (own) rejected
    `,
  },
  'P22: a removal is stale until it is answered, and a client that gave a name up is not shown with it': {
    sotw: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ack 1
      serve CDS a=1 → CDS#2 a=1
      resources → a synced, serves 1, has 1, ACKed (type) | b stale, has 1, ACKed (type)
      ack 2
      resources → a synced, serves 1, has 1, ACKed (type)
    `,
    delta: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ack 1
      serve CDS a=1 → CDS#2 -b
      resources → a synced, serves 1, has 1, ACKed (own) | b stale, has 1, ACKed (own)
      ack 2
      resources → a synced, serves 1, has 1, ACKed (own)
      ask CDS -*
      resources
    `,
  },
  'P22: a name that is gone is stale until its removal is answered, then notSent': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      ack 1
      serve EDS a=1 → EDS#2 -b
      resources → a synced, serves 1, has 1, ACKed (own) | b stale, has 1, ACKed (own)
      ack 2
      resources → a synced, serves 1, has 1, ACKed (own) | b notSent
    `,
  },
  'P22: a missing name is notSent, with the reason for a client that reads errors': {
    sotw: `
      as reader
      serve RDS a=1 b!denied
      ask RDS a b c → RDS#1 a=1 b!denied c!
      ack 1
      resources → a synced, serves 1, has 1, ACKed (type) | b notSent, error denied | c notSent, error group "fleet" has no RouteConfiguration "c"
      unserve
      resources → a notSent, has 1, ACKed (type) | b notSent | c notSent
    `,
    delta: `
      as reader
      serve RDS a=1 b!denied
      ask RDS +a +b +c → RDS#1 a=1 -b -c b!denied c!
      ack 1
      resources → a synced, serves 1, has 1, ACKed (own) | b notSent, error denied | c notSent, error group "fleet" has no RouteConfiguration "c"
      unserve
      resources → a notSent, has 1, ACKed (own) | b notSent | c notSent
    `,
  },
  'P22: what is gone from the snapshot and still in use has no reason yet': {
    delta: `
      as reader
      serve CDS a=1 | EDS a=1 | LDS l=1:a
      ask CDS → CDS#1 a=1
      ask EDS +a → EDS#2 a=1
      ask LDS → LDS#3 l=1:a
      ack 1 2 3
      block
      serve CDS | EDS a!moved | LDS l=1:a
      resources → a notSent, has 1, ACKed (own) | a notSent, has 1, ACKed (own) | l synced, serves 1:a, has 1:a, ACKed (own)
    `,
  },
  'P22: a version that the client reports is no content that it is known to have': {
    delta: `
      serve EDS a=1 b=1
      reconnect
      ask EDS +a +b holding a=1 b=9 → EDS#1 b=1
      resources → a synced, serves 1, has 1, ACKed (own) | b stale, serves 1
      ack 1
      resources → a synced, serves 1, has 1, ACKed (own) | b synced, serves 1, has 1, ACKed (own)
    `,
  },
  'P22: a resource that was not sent yet has no reason why it is missing': {
    delta: `
      as reader
      block
      serve EDS a=1
      ask EDS +a
      resources → a notSent, serves 1
    `,
  },
  'P22: a NACKed removal has its error, without a version': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      ack 1
      serve EDS a=1 → EDS#2 -b
      nack 2 blaming b
      resources → a synced, serves 1, has 1, ACKed (own) | b error, has 1, ACKed (own), NACKed (none) rejected b
    `,
  },
  'P22: the name of a call that a virtual host serves is not shown, and the same name of another type is': {
    delta: `
      ask VHDS +r/a
      ask EDS +r/a
      resources → r/a notSent | r/a notSent
      serve VHDS r/any=* → EDS#1 -r/a | VHDS#2 r/any=*(r/a)
      ack 1
      resources → r/a notSent | r/any stale, serves *
    `,
  },
})

t.test('P22: a resource that the client has not ACKed has no ACKed version', async (t) => {
  const [view] = describeResources(streamOf('EDS a=1', typeStateOf('EDS')), 'delta')
  const { served, ...rest } = view ?? {}
  t.strictSame(rest, { typeUrl: typeUrlFor('EDS'), name: 'a', state: 'notSent', acked: undefined })
})
