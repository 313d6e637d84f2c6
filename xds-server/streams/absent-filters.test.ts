// Configurations of filters that do not exist, in delta: what Envoy never had is not removed.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X88: the configuration of a filter that does not exist is not answered, and is sent when it exists': {
    delta: `
      serve ECDS e=1
      ask ECDS +f
      ask ECDS +e → ECDS#1 e=1
      ack 1
      serve ECDS e=1 f=1 → ECDS#2 f=1
      ack 2
      status → ECDS SYNCED
    `,
  },
  'X88: one that the client has is removed': {
    delta: `
      serve ECDS e=1 f=1
      ask ECDS +e +f → ECDS#1 e=1 f=1
      ack 1
      serve ECDS e=1 → ECDS#2 -f
      ack 2
      status → ECDS SYNCED
    `,
  },
  'X88: one that the client reports after a reconnect is removed': {
    delta: `
      serve ECDS e=1
      ask ECDS +e +f holding f=1 → ECDS#1 e=1 -f
    `,
  },
  'X91: one that the client drops and asks for again, before it has read the response with it, is removed': {
    delta: `
      serve ECDS e=1 f=1
      ask ECDS +e +f → ECDS#1 e=1 f=1
      ask ECDS -f
      serve ECDS e=1
      ask ECDS +f → ECDS#2 -f
      ack 1 2
      ask ECDS -f
      ask ECDS +f
      status → ECDS MISSING
    `,
  },
  'X91: one that a later response removes before the client asks for it again is not removed twice': {
    delta: `
      serve ECDS e=1 f=1
      ask ECDS +e +f → ECDS#1 e=1 f=1
      serve ECDS e=1 → ECDS#2 -f
      ask ECDS -f
      ask ECDS +f
    `,
  },
  'X88: other types are answered as removed': {
    delta: `
      serve RDS r=1 | RTDS r=1
      ask RDS +s → RDS#1 -s
      ask RTDS +s → RTDS#2 -s
    `,
  },
})
