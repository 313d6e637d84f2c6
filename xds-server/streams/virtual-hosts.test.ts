// Virtual hosts (VHDS): a request without names, route configurations that come later, and hosts that nobody has.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X60: a request without names means all virtual hosts, and a name beside it is answered too': {
    delta: `
      serve RDS r=1:vhds | VHDS r/a=a r/b=b
      ask RDS +r → RDS#1 r=1:vhds
      ask VHDS → VHDS#2 r/a=a r/b=b
      ack 1 2
      ask VHDS +r/a → VHDS#3 r/a=a
      ack 3
      serve VHDS r/a=a r/b=b r/c=c → VHDS#4 r/c=c
      ack 4
      status → RDS SYNCED | VHDS SYNCED
    `,
  },
  'X60: a stream without route configurations is answered at once as well': {
    delta: `
      serve CDS a=1
      ask VHDS → VHDS#1
    `,
  },
  'X61: without virtual hosts, the first answer names each route configuration that waits for some': {
    delta: `
      serve RDS r=1:vhds s=1:vhds plain=a | VHDS s/a=a
      ask RDS +r +s +plain → RDS#1 plain=a r=1:vhds s=1:vhds
      ask VHDS → VHDS#2 s/a=a -r/*
      ack 1 2
      serve VHDS s/a=a r/b=b → VHDS#3 r/b=b
    `,
  },
  'X61: the first answer also names a route configuration that the client has and whose next content waits': {
    delta: `
      serve LDS l=1 | RDS l=1:vhds
      ask LDS → LDS#1 l=1
      ack 1
      ask RDS +l → RDS#2 l=1:vhds
      ack 2
      serve LDS l=2 | RDS l=a → LDS#3 l=2
      ask VHDS → VHDS#4 -l/*
      serve LDS l=2 | RDS l=1:vhds
      ack 3 4
      status → LDS SYNCED | RDS SYNCED | VHDS SYNCED
    `,
  },
  'X61: the virtual hosts of a route configuration follow it, changed or not, and no others': {
    delta: `
      serve RDS r=1:vhds | VHDS r/a=a s/a=a
      ask RDS +r → RDS#1 r=1:vhds
      ask VHDS → VHDS#2 r/a=a s/a=a
      ack 1 2
      serve RDS r=1:vhds s=1:vhds
      ask RDS +s → RDS#3 s=1:vhds | VHDS#4 s/a=a
      ack 3 4
      serve RDS r=1:vhds s=1:vhds e=1:vhds
      ask RDS +e → RDS#5 e=1:vhds | VHDS#6 -e/*
      ack 5 6
      serve RDS r=2:vhds s=1:vhds e=1:vhds → RDS#7 r=2:vhds | VHDS#8 r/a=a
      ack 7 8
      status → RDS SYNCED | VHDS SYNCED
    `,
  },
  'X14, X61: a virtual host that is newer than the routes that are sent waits for its cluster': {
    delta: `
      serve CDS a=1 | RDS r=1:vhds | VHDS r/a=a>a
      ask CDS → CDS#1 a=1
      ask RDS +r → RDS#2 r=1:vhds
      ask VHDS → VHDS#3 r/a=a>a
      ack 1 2 3
      ask SDS +s → SDS#4 -s
      serve CDS a=1 | RDS r=2:vhds | VHDS r/a=a>a r/c=c>a
      serve CDS a=1 b=1 | RDS r=2:vhds | VHDS r/a=a>a r/b=b,x>b r/c=c>a r/d=d>a r/e=e>a → CDS#5 b=1
      ask VHDS +r/x
      ask VHDS +r/d → VHDS#6 r/d=d>a
      block
      ask VHDS +r/e
      ack 4
      drain → RDS#7 r=2:vhds | VHDS#8 r/d=d>a r/e=e>a r/a=a>a r/c=c>a
      ack 6 7 8
      ack 5 → VHDS#9 r/b=b,x>b(r/x)
      ack 9
      status → SDS MISSING | CDS SYNCED | RDS SYNCED | VHDS SYNCED
    `,
  },
  'X14, X61: so does a host whose cluster the client has not answered when it asks for routes': {
    delta: `
      serve CDS a=1 | RDS r=1:vhds | VHDS r/a=a>a
      ask CDS → CDS#1 a=1
      ask VHDS → VHDS#2 r/a=a>a
      ack 1 2
      serve CDS a=1 b=1 | RDS r=1:vhds | VHDS r/a=a>a r/b=b>b → CDS#3 b=1
      ask RDS +r → RDS#4 r=1:vhds | VHDS#5 r/a=a>a
      ack 4 5
      ack 3 → VHDS#6 r/b=b>b
    `,
  },
  'X14, X61: so does a host whose cluster is NACKed and on its way again when the routes are ACKed': {
    delta: `
      serve CDS a=1
      ask VHDS → VHDS#1
      ask CDS → CDS#2 a=1
      serve CDS a=1 | RDS r=1:vhds | VHDS r/a=a>a
      ask RDS +r → RDS#3 r=1:vhds
      serve CDS a=2 | RDS r=1:vhds | VHDS r/a=a>a → CDS#4 a=2
      ack 1
      nack 2
      ack 3
      ack 4 → VHDS#5 r/a=a>a
      ack 5
      status → CDS SYNCED | RDS SYNCED | VHDS SYNCED
    `,
  },
  'X44, X61: a virtual host that leads to a NACKed cluster does not follow its routes, and comes when that is ACKed':
    {
      delta: `
      serve CDS a=1 | RDS r=1:vhds | VHDS r/a=a>a
      ask CDS → CDS#1 a=1
      ask RDS +r → RDS#2 r=1:vhds
      ask VHDS → VHDS#3 r/a=a>a
      ack 1 2 3
      serve CDS a=1 b=bad → CDS#4 b=bad
      nack 4
      serve CDS a=1 b=bad | VHDS r/a=a>a r/b=b>b
      serve RDS r=2:vhds → RDS#5 r=2:vhds | VHDS#6 r/a=a>a
      ack 5 6
      serve VHDS r/a=a,x>b r/b=b>b
      serve RDS r=3:vhds → RDS#7 r=3:vhds | VHDS#8 -r/*
      ack 7 8
      serve CDS a=1 b=2 → CDS#9 b=2
      ack 9 → VHDS#10 r/a=a,x>b r/b=b>b
      ack 10
      status → CDS SYNCED | RDS SYNCED | VHDS SYNCED
    `,
    },
  'X61, X89: after a reconnect, the virtual hosts that the client reports follow their routes, and new ones wait':
    {
      delta: `
      as expiring
      serve CDS a=1 | RDS r=1:vhds | VHDS r/a=a>a r/t=t>a~9000
      ask SDS +s → SDS#1 -s
      ask CDS holding a=1
      ask EDS +a → EDS#2 a=empty
      ack 2
      ask RDS +r holding r=1:vhds
      ask VHDS holding r/a=a>a r/t=t>a
      serve CDS a=1 | RDS r=2:vhds | VHDS r/a=a>a r/t=t>a~9000
      serve CDS a=1 b=1 | RDS r=2:vhds | VHDS r/a=a>a r/b=b>b r/t=t>a~9000 → CDS#3 b=1
      ack 1 → RDS#4 r=2:vhds | VHDS#5 r/t=t>a~9000 r/a=a>a
      ack 4 5
      ack 3 → VHDS#6 r/b=b>b
    `,
    },
  'X61: virtual hosts that the client reports also follow routes that were sent before it asked for any': {
    delta: `
      serve CDS a=1 | RDS r=1:vhds | VHDS r/a=a>a
      ask CDS holding a=1
      ask RDS +r → RDS#1 r=1:vhds
      ask VHDS holding r/a=a>a → VHDS#2 r/a=a>a
      ack 1 2
      status → CDS SYNCED | RDS SYNCED | VHDS SYNCED
    `,
  },
  'X61: a client that has named its virtual hosts gets no others': {
    delta: `
      serve RDS r=1:vhds | VHDS r/a=a r/b=b
      ask RDS +r → RDS#1 r=1:vhds
      ask VHDS +r/a → VHDS#2 r/a=a
      ack 1 2
      serve RDS r=2:vhds → RDS#3 r=2:vhds
    `,
  },
  'X62: a virtual host that nobody has is answered without content, and sent when it exists': {
    delta: `
      serve RDS r=1:vhds | VHDS r/a=a
      ask VHDS → VHDS#1 r/a=a
      ack 1
      ask VHDS +r/b → VHDS#2 ?r/b
      ack 2
      serve VHDS r/a=a r/b=b → VHDS#3 r/b=b
      ack 3
      status → VHDS SYNCED
    `,
  },
  'X62: several names are answered together: those that exist, and those that do not': {
    delta: `
      serve VHDS r/a=a
      ask VHDS +r/a +r/b +r/c → VHDS#1 r/a=a | VHDS#2 ?r/b ?r/c
    `,
  },
  'X62: a virtual host that the client has is removed, and a call that waits for it goes on': {
    delta: `
      serve VHDS r/a=a r/b=b
      ask VHDS → VHDS#1 r/a=a r/b=b
      ack 1
      serve VHDS r/b=b → VHDS#2 -r/a
      ack 2
      ask VHDS +r/a → VHDS#3 ?r/a
      ack 3
      block
      serve VHDS
      ask VHDS +r/b
      drain → VHDS#4 -r/b | VHDS#5 ?r/b
    `,
  },
  'X62: after a reconnect, a call may wait for a virtual host that the client reports and that does not serve its name':
    {
      delta: `
      serve VHDS r/a=other r/b=b
      ask VHDS +* +r/a +r/b holding r/a=other r/b=b → VHDS#1 r/a=other
      ack 1
      reconnect
      serve VHDS r/b=b
      ask VHDS +* +r/a +r/b holding r/a=other r/b=b → VHDS#1 -r/a | VHDS#2 ?r/a
      ack 1 2
      reconnect
      serve CDS c=2 | VHDS r/a=a
      ask CDS holding c=1 → CDS#1 c=2
      ask VHDS +* +r/a holding r/a=other
      serve CDS c=2 | VHDS
      ask EDS +c → EDS#2 c=empty
      ack 2
      ack 1 → VHDS#3 -r/a | VHDS#4 ?r/a
      ack 3 4
      status → CDS SYNCED | EDS SYNCED | VHDS SYNCED
      reconnect
      serve CDS c=3 | VHDS r/a=a
      ask CDS holding c=2 → CDS#1 c=3
      ask VHDS +* +r/a +r/n holding r/a=other → VHDS#2 ?r/n
      serve CDS c=3 | VHDS
      ask EDS +c → EDS#3 c=empty
      ack 3
      ack 1 → VHDS#4 -r/a | VHDS#5 ?r/a
    `,
    },
  'X89: after a reconnect, a virtual host that is gone goes in its stage': {
    delta: `
      serve CDS c=2 | RDS r=c | VHDS
      ask CDS holding c=1 → CDS#1 c=2
      ask EDS +c → EDS#2 c=empty
      ack 2
      ask RDS +r holding r=1:vhds
      ask VHDS +* +r/h holding r/h=h
      ack 1 → RDS#3 r=c | VHDS#4 -r/h | VHDS#5 ?r/h
    `,
  },
  'X44: after a reconnect, a virtual host that changed and refers to a NACKed cluster waits': {
    delta: `
      serve CDS a=1 b=1 | VHDS r/h=h>b
      ask CDS holding a=1 → CDS#1 b=1
      ask EDS +a +b → EDS#2 a=empty b=empty
      ack 2
      nack 1 blaming b
      ask VHDS +* +r/h holding r/h=h>a
      serve CDS a=1 b=2 | VHDS r/h=h>b → CDS#3 b=2 | EDS#4 b=empty
      ack 4
      ack 3 → VHDS#5 r/h=h>b
    `,
  },
  'X62: after a reconnect, a name without a version that was answered so is not answered again': {
    delta: `
      serve RDS r=1:vhds | VHDS r/a=a
      ask VHDS +* +r/a +r/b holding r/a=a → VHDS#1 ?r/b
    `,
  },
})
