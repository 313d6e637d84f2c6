// Plays scripts on a stream machine: a line says what happens, and after its arrow what is sent because of it.
//
//   serve CDS a=1 b=1 | EDS a=1    a new snapshot: these types have these resources and no others
//   unserve                        the snapshot is cleared
//   ask EDS a b                    SotW: a request with these names and the last nonce of the type
//   ask EDS +b -a                  delta: subscribes and unsubscribes
//   again EDS a                    SotW: a request without a nonce in mid-stream
//   ask CDS holding a=1            a reconnecting client reports the versions of these
//   ack 3, nack 3 4                answers responses by their nonces; SotW lists the names of the last request again…
//   ack 3 a c, nack 3 +c -a        …or these names; delta subscribes and unsubscribes
//   nack 3 blaming a               the client's error text names a
//   block, drain                   the transport's buffer is full, or has room again
//   ending                         the stream is to end when its client has answered
//   drained 3                      the drain time of the listeners is over that response 3 replaced
//   resumed                        a client that reports what it has has had its time to ask for all types
//   as grpc, as draining           the stream is of a gRPC client, or replaced listeners drain
//   as lookingUp                   absent names are looked up before the client learns of it
//   as separate                    the stream is of one type, not of ADS
//   lookup                         the names that were looked up last: `EDS a`, or `EDS a repeated` after a reconnect
//   lookedUp EDS a                 the lookup of these names is over
//   as expiring                    the client takes TTLs; CDS a=1~9000 has one of 9,000 ms
//   beat CDS 9000                  a heartbeat is due: CDS#1+2 ~a has no content
//   expiring                       what needs heartbeats, and how many resources of each type expire: `CDS 9000 | 2 of CDS`
//   late CDS 9000                  the same when the resources may have expired at the client
//   as reader                      the client reads why names are missing
//   serve EDS a=1 b!denied         b is missing, and the snapshot says why; a response says b!denied, or b! without such an error
//   reconnect unconfirmed CDS a b  a new stream of a node that NACKed a response with these names
//   status                         the sync state of each type
//   resources                      each resource: `a stale, serves 2, has 1, ACKed (own)` by its own version or that of the type,
//                                  `NACKed (own) TEXT`, and `error TEXT`

import t from 'tap'
import { SentClusters } from '../../xds-server/cache/sent-clusters.ts'
import type { ResourceView } from '../../xds-server/nodes/resource-view.ts'
import type { Resource } from '../../xds-server/snapshot/resource.ts'
import { notFound } from '../../xds-server/snapshot/resource-error.ts'
import { CLUSTER } from '../../xds-server/snapshot/resource-type.ts'
import type { Snapshot } from '../../xds-server/snapshot/snapshot.ts'
import { setVersion } from '../../xds-server/snapshot/version.ts'
import { describeStream } from '../../xds-server/streams/describe.ts'
import { describeResources } from '../../xds-server/streams/describe-resources.ts'
import { expiriesOf } from '../../xds-server/streams/heartbeat.ts'
import { delta, sotw } from '../../xds-server/streams/protocol.ts'
import type { DeltaRequest, NackDetail, SotwRequest } from '../../xds-server/streams/requests.ts'
import {
  createStreamState,
  type LookUp,
  type Step,
  type StreamEvent,
  type StreamState,
} from '../../xds-server/streams/stream.ts'
import type { Response } from '../../xds-server/type-state/responses.ts'
import type { TypeState } from '../../xds-server/type-state/type-state.ts'
import { deltaRequest, sotwRequest } from './requests.ts'
import { errorTextOf, resourceFor, shortNameOf, snapshotFor, textOf, typeUrlFor } from './script-resources.ts'

/** The script for each machine. A plain string is played on both. */
export type Script = string | { readonly sotw?: string; readonly delta?: string }

/** One test for each title and machine: it plays the lines and compares their outcomes with those in the script. */
export function testScripts(scripts: Readonly<Record<string, Script>>, prelude: Script = ''): void {
  for (const [title, script] of Object.entries(scripts)) {
    for (const machine of ['sotw', 'delta'] as const) {
      const own = typeof script === 'string' ? script : script[machine]
      const before = typeof prelude === 'string' ? prelude : prelude[machine]
      if (own === undefined) continue
      t.test(`${title} (${machine})`, async (t) => {
        const lines = linesOf(`${before}\n${own}`)
        t.same(play(machine, lines), lines)
      })
    }
  }
}

function linesOf(script: string): string[] {
  return script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function play(machine: 'sotw' | 'delta', lines: readonly string[]): string[] {
  const stream = machine === 'sotw' ? new ScriptedStream(SOTW) : new ScriptedStream(DELTA)
  return lines.map((line) => {
    const [action = ''] = line.split(' → ')
    const outcomes = stream.take(action)
    return outcomes.length === 0 ? action : `${action} → ${outcomes.join(' | ')}`
  })
}

/** A request as a script writes it. */
interface ScriptRequest {
  readonly typeUrl: string
  /** Undefined if the script does not answer a response. */
  readonly nonce?: string
  readonly words: readonly string[]
  readonly held: readonly Resource[]
  readonly error: { readonly errorDetail?: NackDetail }
}

interface Dialect<Request> {
  readonly protocol: 'sotw' | 'delta'
  readonly step: (state: StreamState, event: StreamEvent<Request>) => Step
  readonly requestOf: (subscribed: ScriptRequest, typeState: TypeState | undefined) => Request
  /** Names that a response removes explicitly. */
  readonly removedIn: (response: Response) => readonly string[]
  readonly ttls: StreamState['ttls']
}

const SOTW: Dialect<SotwRequest> = {
  protocol: 'sotw',
  step: sotw.step,
  requestOf: ({ typeUrl, nonce, words, held, error }, typeState) =>
    sotwRequest({
      typeUrl,
      responseNonce: nonce ?? typeState?.ledger.lastNonce ?? '',
      versionInfo: held.length === 0 ? '' : setVersion(held),
      resourceNames:
        nonce !== undefined && nonce !== '' && words.length === 0
          ? (typeState?.request.lastResourceNames ?? [])
          : words,
      ...error,
    }),
  removedIn: () => [],
  ttls: 'sotw',
}

const DELTA: Dialect<DeltaRequest> = {
  protocol: 'delta',
  step: delta.step,
  requestOf: ({ typeUrl, nonce = '', words, held, error }) =>
    deltaRequest({
      typeUrl,
      responseNonce: nonce,
      subscribe: wordsAfter('+', words),
      unsubscribe: wordsAfter('-', words),
      initialResourceVersions: new Map(held.map(({ name, version }) => [name, version])),
      ...error,
    }),
  removedIn: ({ removed }) => removed,
  ttls: 'delta',
}

function wordsAfter(sign: string, words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith(sign)).map((word) => word.slice(sign.length))
}

const TRAITS: Readonly<Record<string, Partial<StreamState>>> = {
  grpc: { client: 'grpc' },
  draining: { isDraining: true },
  lookingUp: { looksUp: true },
  separate: { isAggregated: false },
  reader: { explain: (typeUrl, name) => notFound('fleet', typeUrl, name) },
}

class ScriptedStream<Request> {
  readonly #dialect: Dialect<Request>
  readonly #sent: Response[] = []
  readonly #clusters = new SentClusters()
  #state = createStreamState()
  #lookUp: LookUp | undefined
  #sequence = 0

  constructor(dialect: Dialect<Request>) {
    this.#dialect = dialect
  }

  /** Plays a line and returns its outcomes. */
  take(action: string): string[] {
    const [verb, ...words] = action.split(' ')
    switch (verb) {
      case 'serve':
        return this.#step({ kind: 'snapshot', snapshot: this.#serve(words.join(' ')) })
      case 'unserve':
        return this.#step({ kind: 'snapshot', snapshot: undefined })
      case 'ask':
        return this.#ask(words)
      case 'again':
        return this.#ask(words, '')
      case 'ack':
        return this.#answer(words, {})
      case 'nack':
        return this.#nack(words)
      case 'block':
        return this.#step({ kind: 'blocked' })
      case 'drain':
        return this.#step({ kind: 'writable' })
      case 'ending':
        return this.#step({ kind: 'ending' })
      case 'drained':
        return this.#step({ kind: 'drained', nonce: words[0] ?? '' })
      case 'resumed':
        return this.#step({ kind: 'resumed' })
      case 'lookup':
        return this.#describeLookup()
      case 'lookedUp': {
        const [type = '', ...names] = words
        return this.#step({ kind: 'lookedUp', typeUrl: typeUrlFor(type), names: new Set(names) })
      }
      case 'as':
        this.#state = {
          ...this.#state,
          ...(words[0] === 'expiring' ? { ttls: this.#dialect.ttls } : TRAITS[words[0] ?? '']),
        }
        return []
      case 'beat':
      case 'late': {
        const [type = '', ttlMs] = words
        const expiry = { typeUrl: typeUrlFor(type), ttlMs: Number(ttlMs) }
        return this.#step({ kind: 'heartbeat', isLate: verb === 'late', ...expiry })
      }
      case 'expiring':
        return this.#expiring()
      case 'reconnect':
        return this.#reconnect(words)
      case 'status':
        return [...describeStream(this.#state)].map(([url, { state }]) => `${shortNameOf(url)} ${state}`)
      case 'resources':
        return describeResources(this.#state, this.#dialect.protocol).map(textOfView)
      default:
        throw new Error(`unknown verb "${verb}" in the script`)
    }
  }

  #serve(text: string): Snapshot {
    this.#sequence += 1
    return snapshotFor(text, this.#sequence, this.#state.snapshot)
  }

  #ask([type = '', ...rest]: readonly string[], nonce?: string): string[] {
    const [words, held] = splitAt('holding', rest)
    return this.#request({
      typeUrl: typeUrlFor(type),
      ...(nonce !== undefined && { nonce }),
      words,
      held: held.map((text) => resourceFor(type, text)),
      error: {},
    })
  }

  #nack(words: readonly string[]): string[] {
    const [before, blamed] = splitAt('blaming', words)
    return this.#answer(before, { errorDetail: { code: 13, message: ['rejected', ...blamed].join(' ') } })
  }

  #answer(words: readonly string[], error: ScriptRequest['error']): string[] {
    const nonces = words.filter((word) => /^\d+(\+\d+)?$/.test(word))
    return nonces.flatMap((nonce) => {
      const response = this.#sent.findLast((one) => one.nonce === nonce)
      if (response === undefined) throw new Error(`no response of nonce ${nonce} was sent`)
      const { typeUrl } = response
      return this.#request({ typeUrl, nonce, words: words.slice(nonces.length), held: [], error })
    })
  }

  #describeLookup(): string[] {
    if (this.#lookUp === undefined) return []
    const { typeUrl, names, afterReconnect } = this.#lookUp
    return [[shortNameOf(typeUrl), ...names, ...(afterReconnect ? ['repeated'] : [])].join(' ')]
  }

  #expiring(): string[] {
    const due = expiriesOf(this.#state).map(({ typeUrl, ttlMs }) => `${shortNameOf(typeUrl)} ${ttlMs}`)
    const counts = [...describeStream(this.#state)].flatMap(([typeUrl, { expiring }]) =>
      expiring === undefined ? [] : [`${expiring} of ${shortNameOf(typeUrl)}`],
    )
    return [...due, ...counts]
  }

  #reconnect(words: readonly string[]): string[] {
    const [, [type, ...names]] = splitAt('unconfirmed', words)
    const { snapshot, client, isDraining, explain, ttls } = this.#state
    const unconfirmed = type === undefined ? [] : [[typeUrlFor(type), new Set(names)] as const]
    this.#state = {
      ...createStreamState({
        unconfirmed: new Map(unconfirmed),
        sentClusters: (version) => this.#clusters.find(version),
        client,
        isDraining,
        explain,
        ttls,
      }),
      snapshot,
    }
    return []
  }

  #request(subscribed: ScriptRequest): string[] {
    const request = this.#dialect.requestOf(subscribed, this.#state.typeStates.get(subscribed.typeUrl))
    return this.#step({ kind: 'request', request })
  }

  #step(event: StreamEvent<Request>): string[] {
    const { state, send, report, lookUp } = this.#dialect.step(this.#state, event)
    this.#state = state
    this.#lookUp = lookUp ?? this.#lookUp
    this.#sent.push(...send)
    for (const { isFullState, typeUrl, version, resources } of send)
      if (isFullState && typeUrl === CLUSTER) this.#clusters.note(version, resources)
    const stale = report.filter(({ kind }) => kind === 'stale').map(({ kind }) => kind)
    return [...stale, ...send.map((response) => this.#describe(response))]
  }

  /** `CDS#3 a=2 -b c!denied`: type, nonce, resources, removals, errors. `VHDS#4 ?r/a`: a virtual host without content. `r/x=*(r/a)`: with an alias. */
  #describe(response: Response): string {
    const sign = response.isWithoutContent ? '?' : '-'
    const removed = this.#dialect.removedIn(response).map((name) => sign + name)
    const { typeUrl, nonce, resources, ttls, aliases, errors = [] } = response
    const head = `${shortNameOf(typeUrl)}#${nonce}`
    const texts = resources.map((resource) => {
      if (ttls === 'heartbeat') return `~${resource.name}`
      const ttl = ttls === undefined || resource.ttlMs === undefined ? '' : `~${resource.ttlMs}`
      const names = aliases?.get(resource.name)?.join()
      return `${textOf(resource)}${ttl}${names === undefined ? '' : `(${names})`}`
    })
    return [head, ...texts, ...removed, ...errors.map(errorTextOf)].join(' ')
  }
}

function textOfView({ name, state, served, acked, ackedVersion, nack, error }: ResourceView): string {
  const versionText = (version: string) =>
    [served?.version, acked?.version].includes(version) ? '(own)' : version === '' ? '(none)' : '(type)'
  return [
    `${name} ${state}`,
    ...(served ? [`serves ${contentOf(served)}`] : []),
    ...(acked ? [`has ${contentOf(acked)}`] : []),
    ...(ackedVersion === undefined ? [] : [`ACKed ${versionText(ackedVersion)}`]),
    ...(nack ? [`NACKed ${versionText(nack.version)} ${nack.message}`] : []),
    ...(error ? [`error ${error.message}`] : []),
  ].join(', ')
}

function contentOf(resource: Resource): string {
  return textOf(resource).slice(resource.name.length + 1)
}

function splitAt(
  word: string,
  words: readonly string[],
): [before: readonly string[], after: readonly string[]] {
  const at = words.indexOf(word)
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at + 1)]
}
