// Why a client does not get a name: which responses say it, once, and that nothing waits for their answers.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts(
  {
    'X72: the answer to a request for a missing name says why': {
      sotw: `
        serve RDS a=1 b!denied
        ask RDS b c → RDS#1 b!denied c!
        ack 1
        status → RDS MISSING
      `,
      delta: `
        serve RDS a=1 b!denied
        ask RDS +b +c → RDS#1 -b -c b!denied c!
        ack 1
        status → RDS MISSING
      `,
    },
    'X72: an answer has what exists beside why the rest is missing': {
      sotw: `
        serve EDS a=1
        ask EDS a b → EDS#1 a=1 b!
        ack 1
        status → EDS MISSING
      `,
      delta: `
        serve EDS a=1
        ask EDS +a +b → EDS#1 a=1 -b b!
      `,
    },
    'X72: a SotW response with all resources of a type keeps them beside an error': {
      sotw: `
        serve LDS a=1 b=1
        ask LDS a → LDS#1 a=1
        ack 1 a c → LDS#2 a=1 c!
        ack 2
        status → LDS MISSING
      `,
    },
    'X72: a name that the client NACKed and never had says why when it goes': {
      sotw: `
        serve CDS a=1 b=1
        ask CDS a b → CDS#1 a=1 b=1
        nack 1 blaming b → CDS#2 a=1
        serve CDS a=1
        ack 2 → CDS#3 a=1 b!
      `,
      delta: `
        serve CDS a=1 b=1
        ask CDS +a +b → CDS#1 a=1 b=1
        nack 1 blaming b → CDS#2 a=1
        serve CDS a=1 → CDS#3 -b b!
      `,
    },
    'X72: after a NACK, a client learns once more that another name does not exist, and why, although removals wait':
      {
        delta: `
        serve CDS b=bad c=1 a!denied | EDS c=1
        ask EDS +n → EDS#1 -n n!
        ack 1
        ask CDS +b +a +c → CDS#2 b=bad c=1 -a a!denied
        nack 2 blaming b → CDS#3 c=1 -a a!denied
        ack 3
        serve CDS c=1 a!other | EDS c=1 → CDS#4 a!other
      `,
      },
    'X73: a NACK of the answer that a name does not exist does not keep its next error back': {
      delta: `
        serve CDS c=1 a!denied
        ask CDS +a → CDS#1 -a a!denied
        nack 1
        serve CDS c=1 a!other → CDS#2 a!other
      `,
    },
    'X72: the removal of a name says why, and a name that comes back is sent': {
      sotw: `
        serve RDS a=1 b=1
        ask RDS a b → RDS#1 a=1 b=1
        ack 1
        serve RDS b=1 → RDS#2 a!
        ack 2
        serve RDS a=1 b=1 → RDS#3 a=1
        ack 3
        serve RDS b=1 → RDS#4 a!
      `,
      delta: `
        serve RDS a=1 b=1
        ask RDS +a +b → RDS#1 a=1 b=1
        ack 1
        serve RDS b=1 → RDS#2 -a a!
        ack 2
        serve RDS a=1 b=1 → RDS#3 a=1
      `,
    },
    'X72: the error of a name that is still in use goes with the removal': {
      sotw: `
        serve CDS a=1 | EDS a=1 | LDS l=1:a
        ask CDS → CDS#1 a=1
        ack 1
        ask EDS a → EDS#2 a=1
        ask LDS → LDS#3 l=1:a
        ack 2 3
        serve CDS | EDS a!moved | LDS l=2:b → LDS#4 l=2:b
        ack 4 → CDS#5 | EDS#6 a!moved
      `,
    },
    'X72: a response that leaves out more than is planned says why that is missing, too': {
      sotw: `
        serve CDS b=bad a!x | LDS
        ask LDS * → LDS#1
        ask CDS * b → CDS#2 b=bad a!x
        serve CDS a!y b!y
        nack 2 → CDS#3 a!y b!y
        ack 1 3
        serve CDS a!y b!y c=1 → CDS#4 c=1
      `,
    },
    'X72, X90: a virtual host that another one serves from now on is no error': {
      delta: `
        serve VHDS r/a=a r/any=*
        ask VHDS +r/a +r/none → VHDS#1 r/a=a r/any=*(r/none)
        ack 1
        serve VHDS r/any=* → VHDS#2 r/any=*(r/a) -r/a
        ack 2
        serve VHDS r/other=b → VHDS#3 -r/any r/any!
      `,
    },
    'X73: what a full-state response leaves out besides says why once': {
      sotw: `
        serve CDS b=bad | LDS
        ask LDS * → LDS#1
        ask CDS * b → CDS#2 b=bad
        serve CDS
        nack 2 * b z → CDS#3 z! b!
        ack 1 3
        serve CDS c=1 → CDS#4 c=1
      `,
    },
    'X73: an error is sent once, and again when it is another one': {
      sotw: `
        serve RDS a!denied
        ask RDS a → RDS#1 a!denied
        ack 1
        serve RDS a!denied b=1
        serve RDS a!gone b=1 → RDS#2 a!gone
        ack 2
        serve RDS b=1 → RDS#3 a!
        ack 3
        serve RDS b=2
        serve RDS a!gone b=2 → RDS#4 a!gone
      `,
      delta: `
        serve RDS a!denied
        ask RDS +a → RDS#1 -a a!denied
        ack 1
        serve RDS a!denied b=1
        serve RDS a!gone b=1 → RDS#2 a!gone
        ack 2
        serve RDS b=1 → RDS#3 a!
        ack 3
        serve RDS b=2
        serve RDS a!gone b=2 → RDS#4 a!gone
      `,
    },
    'X73: an error that went ahead of its stage is not repeated when the stage comes': {
      sotw: `
        serve CDS a=1 | RDS r=1 q=1
        ask CDS a → CDS#1 a=1
        ack 1
        ask RDS q → RDS#2 q=1
        ack 2
        serve CDS a=2 | RDS q=1 → CDS#3 a=2
        ack 2 q r → RDS#4 r!
        ack 4
        ack 3
      `,
      delta: `
        serve CDS a=1 | RDS r=1 q=1
        ask CDS +a → CDS#1 a=1
        ack 1
        ask RDS +q → RDS#2 q=1
        ack 2
        serve CDS a=2 | RDS q=1 → CDS#3 a=2
        ask RDS +r → RDS#4 -r r!
        ack 4
        ack 3
      `,
    },
    'X73: the error of one name changes, and that of another one is not repeated': {
      sotw: `
        serve RDS a!denied b!denied
        ask RDS a b → RDS#1 a!denied b!denied
        ack 1
        serve RDS a!gone b!denied → RDS#2 a!gone
      `,
      delta: `
        serve RDS a!denied b!denied
        ask RDS +a +b → RDS#1 -a -b a!denied b!denied
        ack 1
        serve RDS a!gone b!denied → RDS#2 a!gone
      `,
    },
    'X73: over three changes, each error is sent when it is another one, and only then': {
      sotw: `
        serve RDS a!denied b!denied c!denied
        ask RDS a b c → RDS#1 a!denied b!denied c!denied
        ack 1
        serve RDS a!gone b!denied c!denied → RDS#2 a!gone
        ack 2
        serve RDS a!gone b!moved c!denied → RDS#3 b!moved
        ack 3
        serve RDS a!gone b!moved c!denied d!denied
        serve RDS a!gone b!moved d!denied → RDS#4 c!
        ack 4
        serve RDS a!gone b!moved
      `,
      delta: `
        serve RDS a!denied b!denied c!denied
        ask RDS +a +b +c → RDS#1 -a -b -c a!denied b!denied c!denied
        ack 1
        serve RDS a!gone b!denied c!denied → RDS#2 a!gone
        ack 2
        serve RDS a!gone b!moved c!denied → RDS#3 b!moved
        ack 3
        serve RDS a!gone b!moved c!denied d!denied
        serve RDS a!gone b!moved d!denied → RDS#4 c!
        ack 4
        serve RDS a!gone b!moved
      `,
    },
    'X72, X90: a name of another type has its error, though a virtual host serves that host': {
      sotw: `
        serve RDS | VHDS r/any=*
        ask RDS r/a → RDS#1 r/a!
      `,
    },
    'X73: a client that asks again, or anew, gets the error again': {
      sotw: `
        serve RDS a!denied
        ask RDS a → RDS#1 a!denied
        ack 1
        again RDS a → RDS#2 a!denied
        ack 2
        reconnect
        ask RDS a → RDS#1 a!denied
      `,
      delta: `
        serve RDS a!denied
        ask RDS +a → RDS#1 -a a!denied
        ack 1
        ask RDS +a → RDS#2 -a a!denied
        ack 2 -a
        serve RDS a!gone
        ask RDS +a → RDS#3 -a a!gone
      `,
    },
    'X73: a client that subscribes to everything gets the errors that the snapshot gives': {
      sotw: `
        serve CDS a=1 b!denied
        ask CDS → CDS#1 a=1 b!denied
        ack 1
        serve CDS a=2 b!denied → CDS#2 a=2
        ack 2
        serve CDS a=2 b!gone → CDS#3 a=2 b!gone
        ack 3
        again CDS → CDS#4 a=2 b!gone
      `,
      delta: `
        serve CDS a=1 b!denied
        ask CDS → CDS#1 a=1 b!denied
        ack 1
        serve CDS a=2 b!denied → CDS#2 a=2
        ack 2
        serve CDS a=2 b!gone → CDS#3 b!gone
        ack 3
        ask CDS -*
        ask CDS +* → CDS#4 a=2 b!gone
      `,
    },
    'X72, X77: an empty glob collection is no error': {
      sotw: `
        serve CDS a=1
        ask CDS xdstp://a/C/f/* → CDS#1
      `,
      delta: `
        serve CDS a=1
        ask CDS +xdstp://a/C/f/* → CDS#1 -xdstp://a/C/f/*
      `,
    },
    'X74: no stage waits for the answer to a response that only has errors': {
      sotw: `
        serve CDS a=1 | LDS l=1:a
        ask CDS a → CDS#1 a=1
        ack 1
        ask LDS l → LDS#2 l=1:a
        ack 2
        serve CDS a=1 b!denied | LDS l=1:a
        ask CDS a b → CDS#3 a=1 b!denied
        serve LDS l=2:a → LDS#4 l=2:a
        ack 4
        serve CDS a=2 b!gone | LDS l=3:a
        ack 3 → CDS#5 a=2 b!gone
        ack 5 → LDS#6 l=3:a
      `,
      delta: `
        serve CDS a=1 b!denied | LDS l=1:a
        ask CDS +a +b → CDS#1 a=1 -b b!denied
        ack 1
        ask LDS +l → LDS#2 l=1:a
        ack 2
        serve CDS a=1 b!gone | LDS l=1:a → CDS#3 b!gone
        serve LDS l=2:a → LDS#4 l=2:a
      `,
    },
    'X74: a NACK of a response that only has errors holds nothing back': {
      sotw: `
        serve RDS a=1
        ask RDS a b → RDS#1 a=1 b!
        ack 1
        serve RDS a=1 b!denied → RDS#2 b!denied
        nack 2
        status → RDS MISSING
        serve RDS a=2 b=1 → RDS#3 a=2 b=1
        ack 3
        status → RDS SYNCED
      `,
      delta: `
        serve RDS a=1
        ask RDS +a +b → RDS#1 a=1 -b b!
        ack 1
        serve RDS a=1 b!denied → RDS#2 b!denied
        nack 2
        status → RDS MISSING
        serve RDS a=2 b=1 → RDS#3 a=2 b=1
        ack 3
        status → RDS SYNCED
      `,
    },
  },
  'as reader',
)

testScripts({
  'X75: a client that does not read errors gets none': {
    sotw: `
      serve RDS b!denied
      ask RDS b
      serve RDS b!gone
    `,
    delta: `
      serve RDS b!denied
      ask RDS +b → RDS#1 -b
      ack 1
      serve RDS b!gone
    `,
  },
})
