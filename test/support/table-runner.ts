// Makes each call of the truth table through a real Envoy, and reports where the outcome differs from the table.

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
  /** One text per difference from the table; empty if nothing differs. */
  readonly problems: readonly string[]
}

interface Parts {
  readonly edge: SecuredEdge
  readonly table: TruthTable
  readonly forge: Forge
  readonly upstreams: NonNullable<Secured['upstreams']>
  readonly strangerCalls: () => number
}

/** Runs on one edge. Its policy is the one that was served last. */
export class TableRunner {
  readonly edge: SecuredEdge
  readonly #table: TruthTable
  readonly #forge: Forge
  readonly #upstreams: NonNullable<Secured['upstreams']>
  readonly #strangerCalls: () => number
  #isTls = false

  private constructor({ edge, table, forge, upstreams, strangerCalls }: Parts) {
    this.edge = edge
    this.#table = table
    this.#forge = forge
    this.#upstreams = upstreams
    this.#strangerCalls = strangerCalls
  }

  static async start(t: Teardowns, table: TruthTable): Promise<TableRunner> {
    let calls = 0
    const stranger = createServer((_, response) => {
      calls += 1
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
    return new TableRunner({ edge, table, forge, upstreams, strangerCalls: () => calls })
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

  /** Makes a real call for every cell of the served policy. */
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
    const callsBefore = this.#strangerCalls()
    const got = await this.#statusOf(sent)
    const arrived = this.edge.seen.at(-1)?.metadata
    const strangers = Object.entries(reaches).filter(
      ([name, value]) => (arrived?.get(name)[0] ?? null) !== value,
    )
    const twinGot = await this.#statusOf(twin)
    const problems = [
      ![expect].flat().includes(got) && `it gives ${got}, not ${[expect].flat().join(' or ')}`,
      ...strangers.map(([name]) => `${name} reaches the service as ${arrived?.get(name)[0] ?? 'nothing'}`),
      this.#strangerCalls() > callsBefore && 'a server that the token names was contacted',
      twinGot !== 0 && `its accepted twin gives ${twinGot}`,
    ]
    return { row, got, problems: problems.filter((problem) => problem !== false) }
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
        // A header beside a token is sent too, after the token.
        ...(token && {
          authorization: [`Bearer ${await this.#forge.make(token)}`, ...[headers.authorization ?? []].flat()],
        }),
        ...(deviceToken && { 'x-device-token': await this.#forge.make(deviceToken) }),
      },
    }
    return (await this.edge.call(sent, caller)).status
  }
}
