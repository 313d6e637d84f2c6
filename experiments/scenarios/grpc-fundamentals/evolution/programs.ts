// A server and a client of a version: real gRPC between them, each with the descriptors of its own version.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type DescMessage,
  type DescMethod,
  fromBinary,
  type JsonObject,
  type Message,
  type MessageInitShape,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import { addService, createClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import type { Schema } from './versions.ts'

/** A message as a program of a version knows it. */
export interface Seen {
  /** What it knows, as proto3 JSON: fields with their default are absent, enum values without a name are numbers. */
  readonly known: JsonObject
  /** Numbers of the fields that its version does not have, or could not read. */
  readonly unknown: readonly number[]
  /** Fields that are set, though with their default. */
  readonly present: readonly string[]
}

interface Holder extends Message {
  readonly order?: Message
}

export interface Program {
  /** `host:port` of gRPC. */
  readonly target: string
  /** Where the same service answers HTTP with JSON. */
  readonly url: string
  /** What it saw in the last call. */
  readonly last: () => Seen | undefined
  readonly close: () => void
}

export interface ProgramOptions {
  /** What most programs without care do not do: protobuf keeps unknown fields by default. */
  readonly dropsUnknown?: boolean
}

/** Answers with the order as it read it, like an archive. */
export async function startProgram(
  schema: Schema,
  { dropsUnknown = false }: ProgramOptions = {},
): Promise<Program> {
  let last: Seen | undefined
  const keep = async (request: Message) => {
    const { order } = request as Holder
    if (order === undefined) return {}
    const kept = dropsUnknown ? withoutUnknown(schema.order, order) : order
    last = seenOf(schema.order, order)
    return { order: kept } as MessageInitShape<DescMessage>
  }
  const server = new Server()
  const name = methodOf(schema).localName
  addService(server, schema.service, { [name]: keep })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  const http = createServer(
    connectNodeAdapter({ routes: (router) => router.service(schema.service, { [name]: keep } as never) }),
  )
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    target: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    last: () => last,
    close: () => {
      server.forceShutdown()
      http.close()
      http.closeAllConnections()
    },
  }
}

const withoutUnknown = (desc: DescMessage, order: Message): Message =>
  fromBinary(desc, toBinary(desc, order), { readUnknownFields: false })

export function seenOf(desc: DescMessage, order: Message): Seen {
  const numbers = (order.$unknown ?? []).map(({ no }) => no)
  const known = toJson(desc, order) as JsonObject
  return {
    known,
    unknown: [...new Set(numbers)].sort((a, b) => a - b),
    // proto3 JSON has what is present, and leaves out a default without presence.
    present: Object.keys(known),
  }
}

export interface Answer {
  /** `OK`, or the name of the status with its message. */
  readonly status: string
  readonly back?: Message
}

/** For a machine that is busy with other work. */
const PATIENCE_MS = 120_000

type UnaryCall = (request: object, options: { readonly deadline: number }) => Promise<Message>

function methodOf({ service }: Schema): DescMethod {
  const [method] = service.methods
  if (method === undefined) throw new Error(`${service.typeName} has no method`)
  return method
}

/** Calls the program's method by the name that the client's version has. */
export async function callProgram(schema: Schema, target: string, order: Message): Promise<Answer> {
  const client = createClient(schema.service, target)
  try {
    const call = (client as unknown as Readonly<Record<string, UnaryCall>>)[methodOf(schema).localName]
    const { order: back } = ((await call?.({ order }, { deadline: Date.now() + PATIENCE_MS })) ??
      {}) as Holder
    return { status: 'OK', ...(back && { back }) }
  } catch (error) {
    const { code, message } = RpcStatusError.from(error)
    return { status: `${status[code]}: ${message}` }
  } finally {
    client.close()
  }
}

/** The same as JSON over HTTP, as Connect has it. @returns the order of the answer, or the error */
export async function postJson(schema: Schema, url: string, order: JsonObject): Promise<JsonObject | string> {
  const response = await fetch(`${url}/${schema.service.typeName}/${methodOf(schema).name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ order }),
  })
  const text = await response.text()
  if (response.headers.get('content-type') !== 'application/json') return `HTTP ${response.status}`
  const answer = JSON.parse(text) as { readonly order?: JsonObject; readonly message?: string }
  return response.ok ? (answer.order ?? {}) : `HTTP ${response.status}: ${answer.message}`
}
