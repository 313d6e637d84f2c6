// The same schemas compiled by buf and by protoc, and the same messages encoded by protobuf-es, protoc and buf.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJsonString,
} from '@bufbuild/protobuf'
import { SwitchyardError } from '../../../../core/errors.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Need, RunContext } from '../../../../harness/scenario.ts'
import { buildByBuf, runBuf } from '../../../../protobuf/buf.ts'
import {
  findProtoc,
  INSTALL_PROTOC,
  type Protoc,
  runProtoc,
} from '../../../../testbed/grpc-programs/protoc.ts'
import { FILE } from '../evolution/call-changes.ts'
import { sampleOrder } from '../evolution/sample.ts'
import { folderOf, schemaOf, VERSIONS } from '../evolution/versions.ts'
import { KINDS, messageOf, SAMPLE, SCHEMA_FOLDER, TYPE } from './kinds.ts'

export const PROTOC: Need = {
  name: 'protoc',
  install: INSTALL_PROTOC,
  isThere: () => findProtoc() !== undefined,
}

export interface CompiledSchema {
  readonly schema: string
  /** Of the descriptor set. */
  readonly bufBytes: number
  readonly protocBytes: number
  readonly same: boolean
}

export interface EncodedMessage {
  readonly message: string
  readonly bytes: number
  /** In hex, by who encoded it, if it differs from that of protobuf-es. */
  readonly other: Readonly<Record<string, string>>
  readonly hex: string
}

/** A schema with a file below a folder. */
interface Source {
  readonly name: string
  readonly folder: string
  readonly file: string
}

const SAMPLE_SOURCE: Source = { name: TYPE, folder: SCHEMA_FOLDER, file: 'wire/v1/sample.proto' }

/** Of the run `wire.compilers`: `texts.schemas`, `texts.messages`, `texts.mismatch`, and `texts.protoc`, its version. */
export async function measureCompilers({ folder }: RunContext): Promise<Measured> {
  const protoc = findProtoc()
  if (protoc === undefined)
    throw new SwitchyardError('process-failed', `protoc is missing: ${INSTALL_PROTOC}`)
  const sources = [
    ...VERSIONS.map(({ id }): Source => ({ name: `shop.v1, ${id}`, folder: folderOf(id), file: FILE })),
    SAMPLE_SOURCE,
  ]
  const schemas: CompiledSchema[] = []
  for (const source of sources) schemas.push(await compileTwice(protoc, source, folder))
  const all = Object.assign({}, ...KINDS.map(({ json }) => json)) as JsonObject
  const messages = [
    encodeThrice(
      protoc,
      'every kind of field at once',
      SAMPLE_SOURCE,
      SAMPLE,
      toBinary(SAMPLE, messageOf({ json: all })),
    ),
    encodeThrice(
      protoc,
      'an order of v5',
      { name: 'shop.v1.Order', folder: folderOf('v5'), file: FILE },
      schemaOf('v5').order,
      toBinary(schemaOf('v5').order, sampleOrder(schemaOf('v5').order)),
    ),
    encodeThrice(protoc, 'a map that was filled in the order z, a', SAMPLE_SOURCE, SAMPLE, unsorted()),
  ]
  return facts({
    texts: {
      schemas: JSON.stringify(schemas),
      messages: JSON.stringify(messages),
      mismatch: JSON.stringify(readAsOther(protoc)),
      protoc: JSON.stringify(runProtoc(protoc, ['--version']).toString().trim()),
    },
  })
}

/** What parsers make of a number where their schema has a text. */
export interface Mismatch {
  /** In the order of the bytes, as hex. */
  readonly hex: string
  /** As text, with numbers for unknown fields. */
  readonly protoc: string
  /** As proto3 JSON. */
  readonly protobufEs: string
}

/** Bytes of a Node, read as an Order: field 1 is a number in one and a text in the other. */
function readAsOther(protoc: Protoc): Mismatch {
  const [node, order] = [SAMPLE.field.node?.message, SAMPLE.field.orders?.message]
  if (!node || !order) throw new SwitchyardError('internal', 'the schema has lost its fields')
  const bytes = toBinary(node, fromJson(node, { value: 4, next: { value: 5 } }))
  const text = runProtoc(
    protoc,
    [`-I${SCHEMA_FOLDER}`, `--decode=${order.typeName}`, SAMPLE_SOURCE.file],
    bytes,
  )
  return {
    hex: Buffer.from(bytes).toString('hex'),
    protoc: text.toString().trim().replaceAll('\n', ', '),
    protobufEs: toJsonString(order, fromBinary(order, bytes)),
  }
}

const unsorted = () => toBinary(SAMPLE, fromJson(SAMPLE, { counts: { z: 1, a: 2 } }))

async function compileTwice(
  protoc: Protoc,
  { name, folder, file }: Source,
  scratch: string,
): Promise<CompiledSchema> {
  const byBuf = Buffer.from(buildByBuf(folder))
  const out = join(scratch, 'set.binpb')
  runProtoc(protoc, [`-I${folder}`, '--include_imports', `--descriptor_set_out=${out}`, file])
  const byProtoc = await readFile(out)
  return { schema: name, bufBytes: byBuf.length, protocBytes: byProtoc.length, same: byBuf.equals(byProtoc) }
}

/** protoc reads the bytes, prints them as text, and encodes the text; buf encodes the JSON that protobuf-es makes of them. */
function encodeThrice(
  protoc: Protoc,
  message: string,
  { name, folder, file }: Source,
  desc: DescMessage,
  bytes: Uint8Array,
): EncodedMessage {
  const text = runProtoc(protoc, [`-I${folder}`, `--decode=${name}`, file], bytes)
  const encode = (...flags: string[]) =>
    runProtoc(protoc, [`-I${folder}`, ...flags, `--encode=${name}`, file], text)
  const byBuf = runBuf(
    ['convert', folder, '--type', name, '--from', '-#format=json', '--to', '-#format=binpb'],
    { input: toJsonString(desc, fromBinary(desc, bytes)) },
  )
  const hex = Buffer.from(bytes).toString('hex')
  const others = {
    'protoc --encode': encode(),
    'protoc --encode --deterministic_output': encode('--deterministic_output'),
    'buf convert': byBuf.stdout,
  }
  const other = Object.entries(others)
    .map(([who, encoded]) => [who, Buffer.from(encoded).toString('hex')] as const)
    .filter(([, encoded]) => encoded !== hex)
  return { message, bytes: bytes.length, hex, other: Object.fromEntries(other) }
}
