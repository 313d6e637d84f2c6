// Seeds whose histories failed once, and what failed. `npm test` and `npm run model -- --known` run them.

import type { Types } from './world.ts'

export interface FailedOnce {
  readonly seed: number
  /** Which rule it broke, and what leads to it. */
  readonly what: string
  /** What its histories are about; `core` by default. */
  readonly types?: Types
}

export const FAILED_ONCE: readonly FailedOnce[] = [
  {
    seed: 1170402146,
    what: 'final state: a NACKed listener beside an unsubscribed wildcard holds back the routes of another listener',
  },
  {
    seed: 1213828426,
    what: 'final state: a NACKed listener that is then unsubscribed holds back its routes',
  },
  {
    seed: 556375744,
    what: 'final state: NACKed routes of a listener that is then removed hold back the removal of a cluster',
  },
  {
    seed: 952849270,
    what: 'final state: a NACKed cluster behind a wildcard that is then unsubscribed holds back listeners',
  },
  {
    seed: 282074246,
    what: 'X15: a cluster is removed although a listener uses it, because the NACK of an older response ended its use',
  },
  {
    seed: 1370554571,
    what: 'X5: NACKed routes are sent again at once when a NACK is overtaken by a newer snapshot',
  },
  {
    seed: 1834227526,
    what: 'X15: a cluster is removed while a listener uses it whose successor was NACKed before it was ACKed, in SotW',
  },
  {
    seed: 1266525099,
    what: 'X5: a NACKed cluster is sent again after a reconnect, when an empty change of another cluster overtakes the NACK',
  },
  {
    seed: 1886862534,
    what: 'X14: a NACKed removal that is sent again as content no longer counts as pending, so a listener follows its cluster at once',
  },
  {
    seed: 117176028,
    what: 'final state: a SotW reconnect with a wildcard, a name and the current version is answered with nothing',
  },
  {
    seed: 1664981074,
    what: 'X15: a cluster is removed while routes use it that a client has unsubscribed under its wildcard and keeps',
  },
  {
    seed: 820944749,
    what: 'X15: content that was sent as an answer ahead of the stages did not count as in use',
  },
  {
    seed: 1958553400,
    what: 'X15: content that was sent as an answer ahead of the stages did not count as in use',
  },
  {
    seed: 1917253252,
    what: 'final state: a cluster that went back to a content was kept back by an earlier NACK of another cluster beside it',
  },
  {
    seed: 126105032,
    what: "the model's gRPC client listed names from before in its ACK",
  },
  {
    seed: 510683230,
    what: 'final state: a response on its way did not count as had when the wildcard began',
  },
  {
    seed: 472594288,
    what: 'a cluster that a full-state response brought back warmed without its endpoints; and a SotW client that asked without a nonce kept a removed listener that was on its way',
  },
  {
    seed: 690505561,
    what: 'X14: a listener was sent while its cluster was NACKed',
  },
  {
    seed: 1433767983,
    what: 'the model did not allow a full-state response to repeat what the client has',
  },
  {
    seed: 332212168,
    what: 'the model did not allow a full-state response to repeat what the client has',
  },
  {
    seed: 1193735628,
    what: 'final state: a name that a stale SotW request left out and the next one listed again was not sent again',
  },
  {
    seed: 1022072110,
    what: 'X1: the endpoints of a cluster that was sent again with a late removal were only sent at the next event',
  },
  {
    seed: 4,
    types: 'all',
    what: 'X72: in SotW, a client was not told why a name is gone that it NACKed and never had',
  },
  {
    seed: 1733302275,
    types: 'all',
    what: 'X90: when a virtual host went, the one with an asterisk that serves its name was not sent',
  },
  {
    seed: 322729026,
    what: 'the model did not know that a route is gone whose ACK came after a request without a nonce',
  },
  {
    seed: 208252976,
    types: 'all',
    what: 'X90: a virtual host that began to serve a name right after a reconnect was not sent',
  },
  {
    seed: 2063079651,
    types: 'all',
    what: 'X90: a virtual host that began to serve a name right after a reconnect was not sent',
  },
  {
    seed: 2024787852,
    types: 'all',
    what: 'X90: a client that gave up all virtual hosts and kept a name lost the virtual host that serves it',
  },
  {
    seed: 1689084626,
    types: 'all',
    what: 'X15: after a reconnect, a cluster went before the virtual hosts that used it were asked for',
  },
  {
    seed: 1718667035,
    types: 'all',
    what: 'X70: the model expected an empty layer for one that a SotW client by `*` has from before a reconnect and does not list',
  },
  {
    seed: 1282958937,
    types: 'all',
    what: 'final state: a filter and a cluster that are gone and of unknown content kept each other',
  },
  {
    seed: 1641269086,
    types: 'all',
    what: 'the model did not know that a virtual host that answers another name also keeps what is gone (X43)',
  },
  {
    seed: 2085026251,
    types: 'all',
    what: 'X90: a client that gave up a virtual host and kept another name lost the virtual host that serves it',
  },
  {
    seed: 1813071668,
    types: 'all',
    what: 'X90: the same, while nothing was served',
  },
  {
    seed: 314388702,
    types: 'all',
    what: 'X61: the first virtual hosts did not answer for a route configuration that changed and came back at once',
  },
  {
    seed: 1030935693,
    types: 'all',
    what: 'the model took a heartbeat of a resource from before a reconnect for one that the client lacks',
  },
  {
    seed: 1014300482,
    types: 'all',
    what: 'the model did not allow the rest of a NACKed response again when its collection was given up',
  },
  {
    seed: 706236841,
    types: 'all',
    what: 'the model expected a layer that expired beside a bad one, while Envoy NACKs every layer (X69)',
  },
  {
    seed: 954841765,
    types: 'all',
    what: 'X15, X91: a cluster went before the configuration of a filter that the client had dropped and asked for again with its response unread',
  },
  {
    seed: 1331774321,
    what: 'X72: a client did not learn why a name is missing as long as removals waited, after a NACK of the answer with it',
  },
  {
    seed: 1252793451,
    types: 'aged',
    what: 'X70: a layer that is gone stayed at a client by name that had not asked for a cluster of its filter',
  },
  {
    seed: 117094024,
    types: 'aged',
    what: 'the model kept a virtual host that the client had given up by its own name and by the name that it answered',
  },
  {
    seed: 291848033,
    types: 'aged',
    what: 'X14, X61: a virtual host that is newer than the routes that it followed was sent before its cluster was ACKed',
  },
  {
    seed: 1073711308,
    types: 'all',
    what: 'X14, X44, X61: a new virtual host followed its routes although it leads to a NACKed cluster',
  },
  {
    seed: 268799598,
    types: 'all',
    what: 'X14, X61: a virtual host followed routes that were asked for before the client had answered its cluster',
  },
  {
    seed: 1566140275,
    what: 'final state: a removal beside a NACKed cluster held back listeners after the client had ACKed that cluster',
  },
  {
    seed: 728114672,
    types: 'all',
    what: 'X91: a virtual host stayed that a client had dropped by its own name and then read as the answer to another name',
  },
  {
    seed: 1743356496,
    types: 'all',
    what: 'X15: a cluster is removed while a listener uses it that the client ACKed between two NACKs, in delta',
  },
  {
    seed: 944531290,
    types: 'aged',
    what: 'X81: the model did not know that a SotW list counts only with the ACK of the last response',
  },
  {
    seed: 975750803,
    types: 'all',
    what: 'X61: after a reconnect, reported virtual hosts did not follow routes that were sent before the client asked for any',
  },
]

/** Random seeds of each `npm test`. */
export const FRESH_SEEDS = 3

const BY_SEED = new Map(FAILED_ONCE.map((one) => [one.seed, one]))

/** What the histories of a seed are about: everything, if it is not a known one. */
export function typesOf(seed: number): Types {
  const known = BY_SEED.get(seed)
  return known === undefined ? 'all' : (known.types ?? 'core')
}
