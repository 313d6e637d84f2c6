// Virtual hosts that answer names while the stage of the newest snapshot is closed: each is sent once.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X90: a virtual host that is asked for by its name while its stage is closed answers another name once': {
    delta: `
      serve CDS a=1 | VHDS r/x=x
      ask CDS → CDS#1 a=1
      ask VHDS +r/any +r/b → VHDS#2 ?r/any ?r/b
      ack 1 2
      serve CDS a=2 | VHDS r/any=* → CDS#3 a=2
      ask VHDS +r/any → VHDS#4 r/any=* | VHDS#5 r/any=*(r/b)
      ack 4
      ack 5
      ack 3
      status → CDS SYNCED | VHDS SYNCED
    `,
  },
  'X90: the answer to a name whose own virtual host is about to go is sent once, and again when it changes': {
    delta: `
      serve CDS a=1 | VHDS r/b=b r/any=*
      ask CDS → CDS#1 a=1
      ask VHDS +r/b → VHDS#2 r/b=b
      ack 1 2
      serve CDS a=2 | VHDS r/any=* → CDS#3 a=2 | VHDS#4 r/any=*(r/b)
      ack 4
      serve CDS a=2 | VHDS r/any=*,b
      ack 3 → VHDS#5 r/any=*,b(r/b) -r/b
      ack 5
      status → CDS SYNCED | VHDS SYNCED
    `,
  },
  'X5, X90: a NACK of it is not answered with the same again': {
    delta: `
      serve CDS a=1 | VHDS r/b=b r/any=*
      ask CDS → CDS#1 a=1
      ask VHDS +r/b → VHDS#2 r/b=b
      ack 1 2
      serve CDS a=2 | VHDS r/any=* → CDS#3 a=2 | VHDS#4 r/any=*(r/b)
      nack 4
      ack 3 → VHDS#5 -r/b
      ack 5
      status → CDS SYNCED | VHDS NACKED
    `,
  },
})
