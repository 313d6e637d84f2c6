// Makes each call of the truth table on a real Envoy, and tells where what came back differs from what stands there.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from '../../processes/free-port.ts'
import { authorizerAt, startTestAuthorizer } from './authorizer.ts'
import { type Forge, openForge } from './forged-token.ts'
import type { Teardowns } from './real-envoy.ts'
import { AUDIENCE, type Secured, type SecuredEdge, startSecuredEdge } from './secured-edge.ts'
import type { Policy, Row, SentCall, TruthTable } from './truth-table.ts'

export interface Cell {
  readonly policy: string
  readonly method: string
  readonly caller: string
  readonly expected: number
  readonly got: number
}

export interface RowOutcome {
  readonly row: Row
  readonly got: number
  /** What is wrong, in sentences; empty where all is as it stands in the table. */
  readonly faults: readonly string[]
}

interface Parts {
  readonly edge: SecuredEdge
  readonly table: TruthTable
  readonly forge: Forge
  readonly upstreams: NonNullable<Secured['upstreams']>
  readonly strangerAsked: () => number
}

/** Runs on one edge, whose policy is the one that was served last. */
export class TableRunner {
  readonly edge: SecuredEdge
  readonly #table: TruthTable
  readonly #forge: Forge
  readonly #upstreams: NonNullable<Secured['upstreams']>
  readonly #strangerAsked: () => number
  #isTls = false

  private constructor({ edge, table, forge, upstreams, strangerAsked }: Parts) {
    this.edge = edge
    this.#table = table
    this.#forge = forge
    this.#upstreams = upstreams
    this.#strangerAsked = strangerAsked
  }

  static async start(t: Teardowns, table: TruthTable): Promise<TableRunner> {
    let asked = 0
    const stranger = createServer((_, response) => {
      asked += 1
      response.end('{"keys":[]}')
    }).listen(0, '127.0.0.1')
    t.teardown(() => stranger.close())
    await once(stranger, 'listening')
    const strangerUrl = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
    const edge = await startSecuredEdge(t)
    const forge = await openForge(edge.issuers, AUDIENCE, strangerUrl)
    const { address } = await startTestAuthorizer(t)
    const nobody = `127.0.0.1:${await freePort()}`
    const upstreams = { ...authorizerAt(address), nobody: { endpoints: { n1: { address: nobody } } } }
    return new TableRunner({ edge, table, forge, upstreams, strangerAsked: () => asked })
  }

  /** Serves a policy of the table; `change` and `edit` weaken it. */
  async serve(
    name: string,
    { change = (same) => same, edit }: { change?: (policy: Policy) => Policy; edit?: Secured['edit'] } = {},
  ): Promise<void> {
    const { tls, ...security } = change(this.#table.policies[name] ?? {})
    const listener = { tls: { enabled: true, certificate: 'edge', clientCa: 'mesh', ...tls } }
    this.#isTls = tls !== undefined
    const upstreams = this.#upstreams
    await this.edge.serve({ security, upstreams, ...(tls && { listener }), ...(edit && { edit }) })
  }

  /** Every cell of the policy that is served, each a real call. */
  async cellsOf(policy: string): Promise<readonly Cell[]> {
    const { table, callers } = this.#table
    const cells: Cell[] = []
    for (const [method, expectations] of Object.entries(table[policy] ?? {})) {
      const expectedOf = Object.entries(expectations).flatMap(([status, names]) =>
        names.map((caller) => ({ caller, expected: Number(status) })),
      )
      for (const { caller, expected } of expectedOf) {
        const call = callers[caller]
        if (call === undefined) throw new RangeError(`no caller "${caller}" in the truth table`)
        cells.push({ policy, method, caller, expected, got: await this.#statusOf({ ...call, method }) })
      }
    }
    return cells
  }

  /** The rows of one policy. */
  rowsOf(policy: string): readonly Row[] {
    return this.#table.rows.filter((row) => row.policy === policy)
  }

  async outcomeOf(row: Row): Promise<RowOutcome> {
    const { sent, expect, twin, reaches = {} } = row
    const askedBefore = this.#strangerAsked()
    const got = await this.#statusOf(sent)
    const arrived = this.edge.seen.at(-1)?.metadata
    const strangers = Object.entries(reaches).filter(
      ([name, value]) => (arrived?.get(name)[0] ?? null) !== value,
    )
    const twinGot = await this.#statusOf(twin)
    const faults = [
      ![expect].flat().includes(got) && `it gives ${got}, not ${[expect].flat().join(' or ')}`,
      ...strangers.map(([name]) => `${name} reaches the service as ${arrived?.get(name)[0] ?? 'nothing'}`),
      this.#strangerAsked() > askedBefore && 'a server that the token names was asked',
      twinGot !== 0 && `its accepted twin gives ${twinGot}`,
    ]
    return { row, got, faults: faults.filter((fault) => fault !== false) }
  }

  async #statusOf(call: SentCall): Promise<number> {
    const { method = 'unary', token, deviceToken, query, headers = {}, certificate } = call
    const caller = this.#isTls ? { ...(certificate !== undefined && { uri: certificate }) } : undefined
    const named = this.#table.methods[method]
    const path = named === undefined ? method : `/${named}`
    const sent = {
      path: query === undefined ? path : `${path}?${query}`,
      headers: {
        ...headers,
        // A second one beside a token is sent as well, behind it.
        ...(token && {
          authorization: [`Bearer ${await this.#forge.make(token)}`, ...[headers.authorization ?? []].flat()],
        }),
        ...(deviceToken && { 'x-device-token': await this.#forge.make(deviceToken) }),
      },
    }
    return (await this.edge.call(sent, caller)).status
  }
}
