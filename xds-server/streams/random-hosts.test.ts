// Random histories of an Envoy with virtual hosts on demand: each call that waits for its host goes on, and when all is quiet the Envoy
// has what is served.

import t from 'tap'
import { shareList } from '../../core/memo.ts'
import { fc } from '../../test/support/fast-check.ts'
import { deltaRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import type { Resource } from '../snapshot/resource.ts'
import { CLUSTER, VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { createSnapshot, typeIn } from '../snapshot/snapshot.ts'
import { createTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { virtualHostFor } from '../snapshot/virtual-host-domains.ts'
import type { Response } from '../type-state/responses.ts'
import { delta } from './protocol.ts'
import type { DeltaRequest } from './requests.ts'
import { createStreamState, type LookUp, type StreamEvent, type StreamState } from './stream.ts'

type Command =
  | { readonly do: 'serve'; readonly cluster: number; readonly hosts: readonly (string | undefined)[] }
  | { readonly do: 'call'; readonly host: string }
  | { readonly do: 'read' | 'block' | 'unblock' | 'reconnect' | 'look up' }

const serve = fc.record({
  do: fc.constant('serve' as const),
  cluster: fc.nat(2),
  hosts: fc.tuple(
    fc.constantFrom(undefined, 'r/one=a.x', 'r/one=*.x', 'r/one=a.x,b.x'),
    fc.constantFrom(undefined, 'r/two=*', 'r/two=*.y'),
    fc.constantFrom(undefined, 'r/c.y=c.y', 'r/c.y=c.y,d.y', 'r/c.y=d.y'),
  ),
})
const call = fc.record({ do: fc.constant('call' as const), host: fc.constantFrom('a.x', 'b.x', 'c.y') })
const plain = (...verbs: ('read' | 'block' | 'unblock' | 'reconnect' | 'look up')[]) =>
  fc.record({ do: fc.constantFrom(...verbs) })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: serve },
  { weight: 4, arbitrary: call },
  { weight: 8, arbitrary: plain('read') },
  { weight: 3, arbitrary: plain('look up') },
  { weight: 1, arbitrary: plain('block', 'unblock') },
  { weight: 1, arbitrary: plain('reconnect') },
)

class Envoy {
  #state: StreamState
  #sequence = 0
  #inbox: Response[] = []
  /** Lookups that are not over. */
  #lookups: LookUp[] = []
  /** Hosts that it has asked for, and the calls that wait for their answer. */
  readonly #names = new Set<string>()
  readonly #waiting = new Set<string>()
  /** The virtual hosts that it has, by name. */
  readonly #held = new Map<string, Resource>()

  readonly #looksUp: boolean

  constructor(looksUp: boolean) {
    this.#looksUp = looksUp
    this.#state = createStreamState({ looksUp })
    this.#connect()
    this.run({ do: 'serve', cluster: 0, hosts: [] })
  }

  run(command: Command): void {
    switch (command.do) {
      case 'serve': {
        const hosts = command.hosts.filter((host) => host !== undefined)
        const text = [`CDS c=${command.cluster}`, ['VHDS', ...hosts].join(' ')].join(' | ')
        this.#sequence += 1
        const snapshot = snapshotFor(text, this.#sequence, this.#state.snapshot)
        this.#step({ kind: 'snapshot', snapshot })
        return
      }
      case 'call': {
        const name = `r/${command.host}`
        // It asks for what it has no virtual host for.
        if (this.#waiting.has(name) || this.#serves(name)) return
        this.#names.add(name)
        this.#waiting.add(name)
        this.#ask(VIRTUAL_HOST, { subscribe: shareList([name]) })
        return
      }
      case 'read':
        this.#read()
        return
      case 'block':
        this.#step({ kind: 'blocked' })
        return
      case 'unblock':
        this.#step({ kind: 'writable' })
        return
      case 'look up':
        this.#endLookup()
        return
      case 'reconnect': {
        const { snapshot } = this.#state
        this.#state = { ...createStreamState({ looksUp: this.#looksUp }), snapshot }
        this.#connect()
        return
      }
    }
  }

  /** Reads until all is quiet. @returns what is wrong then */
  settle(): readonly string[] {
    this.run({ do: 'unblock' })
    this.#step({ kind: 'resumed' })
    while (this.#read() || this.#endLookup());
    const { snapshot } = this.#state
    const served = snapshot ? typeIn(snapshot, VIRTUAL_HOST).list : []
    const wanted = served.map(({ name, version }) => `${name} ${version}`)
    const held = [...this.#held.values()].map(({ name, version }) => `${name} ${version}`)
    return [
      ...[...this.#waiting].map((name) => `a call waits for ${name}`),
      ...wanted.filter((one) => !held.includes(one)).map((one) => `it lacks ${one}`),
      ...held.filter((one) => !wanted.includes(one)).map((one) => `it keeps ${one}`),
    ]
  }

  #serves(name: string): boolean {
    const types = new Map([[VIRTUAL_HOST, createTypeSnapshot(VIRTUAL_HOST, this.#held.values())]])
    return virtualHostFor(createSnapshot('held', 1, types), name) !== undefined
  }

  /** Ends the oldest lookup. What it makes comes with the command `serve`. */
  #endLookup(): boolean {
    const lookup = this.#lookups.shift()
    if (lookup === undefined) return false
    this.#step({ kind: 'lookedUp', ...lookup })
    return true
  }

  #connect(): void {
    this.#inbox = []
    this.#lookups = []
    this.#ask(CLUSTER, {})
    this.#ask(VIRTUAL_HOST, {
      subscribe: shareList(this.#names.size === 0 ? [] : ['*', ...this.#names]),
      initialResourceVersions: new Map([...this.#held].map(([name, { version }]) => [name, version])),
    })
  }

  #ask(typeUrl: string, fields: Partial<DeltaRequest>): void {
    this.#step({ kind: 'request', request: { ...deltaRequest({ typeUrl }), ...fields } })
  }

  #step(event: StreamEvent<DeltaRequest>): void {
    const { state, send, lookUp } = delta.step(this.#state, event)
    this.#state = state
    if (lookUp !== undefined) this.#lookups.push(lookUp)
    this.#inbox.push(...send)
    for (const response of send) this.#check(response)
  }

  /** Each alias is a host that the virtual host serves, and only hosts that none serves are answered without content. */
  #check({ aliases = new Map<string, readonly string[]>(), isWithoutContent, removed }: Response): void {
    const { snapshot } = this.#state
    const servedBy = (name: string) => snapshot && virtualHostFor(snapshot, name)?.name
    for (const [name, hosts] of aliases)
      for (const host of hosts)
        if (servedBy(host) !== name) throw new Error(`${name} has the alias ${host}, which it does not serve`)
    for (const name of isWithoutContent ? removed : [])
      if (servedBy(name) !== undefined) throw new Error(`${servedBy(name)} serves ${name}`)
  }

  #read(): boolean {
    const response = this.#inbox.shift()
    if (response === undefined) return false
    const { typeUrl, nonce, resources, removed, isWithoutContent, aliases } = response
    if (typeUrl === VIRTUAL_HOST) {
      for (const resource of resources) {
        const { name } = resource
        this.#held.set(name, resource)
        for (const one of [name, ...(aliases?.get(name) ?? [])]) this.#waiting.delete(one)
      }
      for (const name of removed) {
        if (isWithoutContent) this.#waiting.delete(name)
        else this.#held.delete(name)
      }
    }
    this.#ask(typeUrl, { responseNonce: nonce })
    return true
  }
}

for (const looksUp of [false, true]) {
  t.test(`X62, X64, X90: no call waits forever, ${looksUp ? 'with' : 'without'} lookups`, async (t) => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40, size: 'max' }), (commands) => {
        const envoy = new Envoy(looksUp)
        for (const one of commands) envoy.run(one)
        const wrong = envoy.settle()
        if (wrong.length > 0) throw new Error(wrong.join('\n'))
      }),
      { numRuns: 300 },
    )
    t.pass()
  })
}
