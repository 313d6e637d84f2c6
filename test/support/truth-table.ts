// Reads the truth table, makes each of its calls, and holds what came back against what stands there.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { type Static, Type } from 'typebox'
import { parse } from 'yaml'
import { formatSteps } from '../../control-plane/config/finding.ts'
import { createSchemaCheck } from '../../control-plane/config/schema-check.ts'
import type { Forge, TokenRecipe } from './forged-token.ts'
import type { SecuredEdge } from './secured-edge.ts'

const strict = { additionalProperties: false } as const
const Status = Type.Integer({ minimum: 0, maximum: 16, description: 'a gRPC status from 0 to 16' })

/** What is sent: no token unless one is written. */
const CallSchema = Type.Object(
  {
    method: Type.Optional(Type.String({ description: 'a name of methods, or a path; unary unless given' })),
    token: Type.Optional(Type.Unsafe<TokenRecipe>({ description: 'a recipe of a token' })),
    deviceToken: Type.Optional(Type.Unsafe<TokenRecipe>({ description: 'a recipe of a second token' })),
    query: Type.Optional(Type.String({ description: 'a query behind the path' })),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])),
    ),
  },
  strict,
)
export type SentCall = Static<typeof CallSchema>

const RowSchema = Type.Object(
  {
    row: Type.String({ pattern: '^S\\d+$', description: 'a row such as S16' }),
    title: Type.String({ description: 'a sentence' }),
    policy: Type.String({ description: 'the name of a policy' }),
    sent: CallSchema,
    expect: Type.Union([Status, Type.Array(Status, { minItems: 1 })], {
      description: 'a gRPC status, or a list of those that will do',
    }),
    /** The same call made rightly: it gives 0. */
    twin: CallSchema,
    /** Headers by what of them must reach the service where the call does; `null` for nothing. */
    reaches: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]))),
    finding: Type.Optional(Type.String({ description: 'how the real Envoy differs from what was expected' })),
  },
  strict,
)
export type Row = Static<typeof RowSchema>

const TruthTableSchema = Type.Object(
  {
    policies: Type.Record(Type.String(), Type.Object({}, { description: 'the security of a fleet' })),
    methods: Type.Record(Type.String(), Type.String({ description: 'service/Method' })),
    callers: Type.Record(Type.String(), CallSchema),
    table: Type.Record(
      Type.String(),
      Type.Record(Type.String(), Type.Record(Type.String({ pattern: '^\\d+$' }), Type.Array(Type.String()))),
    ),
    rows: Type.Array(RowSchema),
  },
  { ...strict, description: 'a truth table' },
)
export type TruthTable = Static<typeof TruthTableSchema>

const check = createSchemaCheck(TruthTableSchema)

export function readTruthTable(): TruthTable {
  const file = fileURLToPath(new URL('../policies/truth-table.yaml', import.meta.url))
  const table = parse(readFileSync(file, 'utf8'), { merge: true }) as TruthTable
  const problems = check(table).map(({ steps, message }) => `${formatSteps(steps)} ${message}`)
  if (problems.length > 0) throw new Error(`the truth table is not readable:\n${problems.join('\n')}`)
  return table
}

export interface Cell {
  readonly policy: string
  readonly method: string
  readonly caller: string
  readonly expected: number
  readonly got: number
}

/** Makes calls on an edge that serves the policy in question. */
export class TableRunner {
  readonly #edge: SecuredEdge
  readonly #forge: Forge
  readonly #table: TruthTable

  constructor(edge: SecuredEdge, forge: Forge, table: TruthTable) {
    this.#edge = edge
    this.#forge = forge
    this.#table = table
  }

  /** Every cell of one policy, each a real call. */
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
        cells.push({ policy, method, caller, expected, got: await this.statusOf({ ...call, method }) })
      }
    }
    return cells
  }

  async statusOf(call: SentCall): Promise<number> {
    const { method = 'unary', token, deviceToken, query, headers = {} } = call
    const named = this.#table.methods[method]
    const path = named === undefined ? method : `/${named}`
    const { status } = await this.#edge.call({
      path: query === undefined ? path : `${path}?${query}`,
      headers: {
        ...headers,
        // A second one beside a token is sent as well, behind it.
        ...(token && {
          authorization: [`Bearer ${await this.#forge.make(token)}`, ...[headers.authorization ?? []].flat()],
        }),
        ...(deviceToken && { 'x-device-token': await this.#forge.make(deviceToken) }),
      },
    })
    return status
  }
}

export function isAsExpected(expect: Row['expect'], got: number): boolean {
  return Array.isArray(expect) ? expect.includes(got) : expect === got
}

/** A table a policy: methods down, callers across; `0` where it went through, and what was expected where it differs. */
export function describeCells(cells: readonly Cell[]): string {
  return [...Map.groupBy(cells, ({ policy }) => policy)]
    .map(([policy, ofPolicy]) => {
      const callers = [...new Set(ofPolicy.map(({ caller }) => caller))]
      const table = new Table({ head: [policy, ...callers], style: { head: [], border: [] } })
      for (const [method, ofMethod] of Map.groupBy(ofPolicy, (cell) => cell.method)) {
        const texts = callers.map((caller) => {
          const cell = ofMethod.find((one) => one.caller === caller)
          if (cell === undefined) return ''
          return cell.got === cell.expected ? String(cell.got) : `${cell.got}, not ${cell.expected}`
        })
        table.push([method, ...texts])
      }
      return table.toString()
    })
    .join('\n')
}
