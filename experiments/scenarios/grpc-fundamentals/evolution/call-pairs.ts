// Every client calls every server: what the server sees, what comes back, and the same as JSON over HTTP.

import { type JsonObject, toJson } from '@bufbuild/protobuf'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import { differences } from './differences.ts'
import { type Answer, callProgram, type Program, postJson, startProgram } from './programs.ts'
import { sampleOrder } from './sample.ts'
import { type Schema, schemaOf, VERSIONS } from './versions.ts'

/** A call. Differences are by field; none means that all arrived. */
export interface Pair {
  readonly client: string
  readonly server: string
  /** `OK`, or code and message. */
  readonly status: string
  /** What the server did not see as it was sent. */
  readonly sees: readonly string[]
  /** What the client did not get back as it had sent it. */
  readonly back: readonly string[]
  /** The last of JSON over HTTP, or its error. */
  readonly json: readonly string[]
}

/** @param values other than those of the sample, by field number */
export async function callPair(
  [client, server]: readonly [string, string],
  [from, to]: readonly [Schema, Schema],
  program: Program,
  values: Parameters<typeof sampleOrder>[1] = {},
): Promise<Pair> {
  const order = sampleOrder(from.order, values)
  const sent = { desc: from.order, json: toJson(from.order, order) as JsonObject }
  const answer = await callProgram(from, program.target, order)
  const seen = answer.status === 'OK' ? program.last() : undefined
  const posted = await postJson(from, program.url, sent.json)
  return {
    ...{ client, server, status: answer.status },
    sees: seen === undefined ? [] : differences(sent, { desc: to.order, json: seen.known }, seen.unknown),
    back: comesBack(sent, answer, from),
    json: typeof posted === 'string' ? [posted] : differences(sent, { desc: to.order, json: posted }),
  }
}

function comesBack(sent: Parameters<typeof differences>[0], { back }: Answer, { order }: Schema) {
  if (back === undefined) return ['nothing comes back']
  return differences(sent, { desc: order, json: toJson(order, back) as JsonObject })
}

/** Of the run `evolution.calls`, in `texts.pairs`, and `texts.careless` for a server that drops what it does not know. */
export async function measurePairs(): Promise<Measured> {
  const pairs: Pair[] = []
  for (const { id: server } of VERSIONS) {
    const program = await startProgram(schemaOf(server))
    for (const { id: client } of VERSIONS) {
      pairs.push(await callPair([client, server], [schemaOf(client), schemaOf(server)], program))
    }
    program.close()
  }
  const careless = await startProgram(schemaOf('v1'), { dropsUnknown: true })
  const lost = await callPair(['v5', 'v1'], [schemaOf('v5'), schemaOf('v1')], careless)
  careless.close()
  return facts({
    figures: { 'calls (gRPC)': pairs.length + 1 },
    texts: { pairs: JSON.stringify(pairs), careless: JSON.stringify(lost) },
  })
}
