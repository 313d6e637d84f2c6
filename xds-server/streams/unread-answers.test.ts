// Virtual hosts that a delta client drops by their own names, and then reads as the answers to other names.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X91: a virtual host that a client drops unread, and takes as the answer to another name, is removed': {
    delta: `
      serve VHDS r/x=b,c
      ask VHDS +r/b → VHDS#1 r/x=b,c(r/b)
      block
      serve VHDS
      ask VHDS -r/x
      drain → VHDS#2 -r/x
      ack 1 2
      status → VHDS SYNCED
      reconnect
      serve VHDS r/x=b
      ask VHDS +r/b → VHDS#1 r/x=b(r/b)
      block
      serve VHDS
      ask VHDS -r/x -r/b
      ask VHDS +r/b
      drain → VHDS#2 -r/x | VHDS#3 ?r/b
      reconnect
      serve VHDS r/x=b
      ask VHDS +r/b +* → VHDS#1 r/x=b(r/b)
      block
      serve VHDS
      ask VHDS -*
      drain → VHDS#2 -r/x
    `,
  },
  'X91: its changes are sent, also if the name has a virtual host of its own': {
    delta: `
      serve VHDS r/x=b
      ask VHDS +r/b → VHDS#1 r/x=b(r/b)
      block
      serve VHDS r/x=b,c r/b=b
      ask VHDS -r/x
      drain → VHDS#2 r/b=b r/x=b,c
      ack 1 2
      serve VHDS r/x=b,d r/b=b → VHDS#3 r/x=b,d
    `,
  },
  'X91: what the client read before it dropped it, or lost by a later response, is not removed again': {
    delta: `
      serve VHDS r/x=b
      ask VHDS +r/b → VHDS#1 r/x=b(r/b)
      ack 1
      block
      serve VHDS
      ask VHDS -r/x
      drain
      reconnect
      serve VHDS r/x=b
      ask VHDS +r/b → VHDS#1 r/x=b(r/b)
      serve VHDS → VHDS#2 -r/x
      ask VHDS -r/x
      ack 1 2
      status → VHDS SYNCED
    `,
  },
  'X91: nor is an answer to a name that the client has dropped too': {
    delta: `
      serve VHDS r/x=b r/y=y
      ask VHDS +r/b +r/y → VHDS#1 r/x=b(r/b) r/y=y
      block
      serve VHDS r/y=y
      ask VHDS -r/x -r/b
      drain
    `,
  },
})
