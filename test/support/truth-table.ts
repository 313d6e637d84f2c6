// The schema of test/policies/truth-table.yaml.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Static, Type } from 'typebox'
import { parse } from 'yaml'
import { formatSteps } from '../../control-plane/document/problem.ts'
import { createSchemaCheck } from '../../control-plane/document/schema-check.ts'
import type { TokenRecipe } from './forged-token.ts'

const strict = { additionalProperties: false } as const
const Status = Type.Integer({ minimum: 0, maximum: 16, description: 'a gRPC status from 0 to 16' })

/** The call to send. Default: without a token. */
const CallSchema = Type.Object(
  {
    method: Type.Optional(Type.String({ description: 'a name of methods, or a path; default: unary' })),
    token: Type.Optional(Type.Unsafe<TokenRecipe>({ description: 'a recipe for a token' })),
    deviceToken: Type.Optional(Type.Unsafe<TokenRecipe>({ description: 'a recipe for a second token' })),
    /** The URI of the client's certificate, on a policy with TLS. */
    certificate: Type.Optional(Type.String({ description: 'a URI such as spiffe://switchyard/batch' })),
    query: Type.Optional(Type.String({ description: 'a query after the path' })),
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
      description: 'a gRPC status, or a list of accepted ones',
    }),
    /** The same call without the attack: it gives 0. */
    twin: CallSchema,
    /** Header name → the value that must reach the service if the call does; `null` for none. */
    reaches: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]))),
    difference: Type.Optional(
      Type.String({ description: 'how the real Envoy differs from the expectation' }),
    ),
  },
  strict,
)
export type Row = Static<typeof RowSchema>

/** `security` of a fleet, and the `tls` of its listener without certificates. Without `tls` the listener is plaintext. */
const PolicySchema = Type.Object(
  {
    tls: Type.Optional(Type.Object({}, { description: 'such as { requireClient: false }' })),
    jwt: Type.Optional(Type.Object({ public: Type.Optional(Type.Array(Type.String())) })),
    opa: Type.Optional(Type.Object({ upstream: Type.Optional(Type.String()) })),
    rbac: Type.Optional(Type.Object({})),
  },
  strict,
)
export type Policy = Static<typeof PolicySchema>

const TruthTableSchema = Type.Object(
  {
    policies: Type.Record(Type.String(), PolicySchema),
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
  if (problems.length > 0) throw new Error(`the truth table is invalid:\n${problems.join('\n')}`)
  return table
}
