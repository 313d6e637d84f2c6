// What must hold of header compression, byte by byte: RFC 7541.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { type CallBlocks, NEVER_ADDED, STATIC_ENTRIES } from './blocks.ts'
import { capturedOf } from './captured.ts'
import { GRPC } from './variants.ts'

const ROW = 'O2.5'

export function checksOf(results: Results): readonly Check[] {
  const [same, changing, never, noTable] = (['same', 'changing', 'never-indexed', 'no-table'] as const).map(
    (name) => capturedOf(results, name),
  ) as [Blocks, Blocks, Blocks, Blocks]
  const authorized = capturedOf(results, 'authorization')
  const grpc = capturedOf(results, GRPC)
  return [
    check(ROW, 'Later calls take fewer bytes: fields of earlier ones are indices of one or two bytes', [
      ...repeats('the same fields', same),
      ...repeats('grpc-js', grpc),
      ...later(same).map(({ fields }, at) => ({
        fact: `call ${at + 2}: ${fields.length} fields in ${bytesIn(fields)} bytes`,
        holds: fields.every(
          ({ name, representation, bytes }) =>
            name === NEVER_ADDED || (representation === 'indexed' && bytes <= 2),
        ),
      })),
    ]),
    check(ROW, 'A field that changes is sent as a literal in each call, and nothing else is', [
      ...later(changing).map(({ fields }, at) => ({
        fact: `call ${at + 2}: ${literalsIn(fields)}`,
        holds: fields.every(
          ({ name, representation }) =>
            name === NEVER_ADDED || (name === 'x-request-id') === (representation !== 'indexed'),
        ),
      })),
    ]),
    check(ROW, 'A field that is never indexed is a literal of the same length in each call', [
      ...neverIndexed('x-session', never),
    ]),
    check(
      ROW,
      'Node never indexes authorization, although nobody asked for it: a token costs its length in each call',
      [...neverIndexed('authorization', authorized)],
    ),
    check(ROW, 'With table size 0, only the static table is left, and each call takes the same bytes', [
      ...noTable.map(({ request, fields, tableSizes, table }, at) => ({
        fact: `call ${at + 1}: ${request} bytes, table of ${table.bytes} bytes${tableSizes.length > 0 ? `, announces size ${tableSizes.join(', ')}` : ''}`,
        holds:
          fields.every(({ index }) => index <= STATIC_ENTRIES) &&
          table.entries === 0 &&
          // The first block also announces the new size.
          (at === 0 ? tableSizes.includes(0) : request === noTable[1]?.request),
      })),
    ]),
    check(ROW, 'Header compression saves bytes against the lines of HTTP/1.1, from the first call on', [
      ...[same, grpc].flatMap((blocks) =>
        blocks.slice(0, 2).map(({ request, plain }, at) => ({
          fact: `call ${at + 1}: ${request} bytes instead of ${plain}`,
          holds: request < plain,
        })),
      ),
    ]),
  ]
}

type Blocks = readonly CallBlocks[]

const later = (blocks: Blocks) => blocks.slice(1)

const bytesIn = (fields: CallBlocks['fields']) => fields.reduce((sum, { bytes }) => sum + bytes, 0)

function repeats(what: string, blocks: Blocks): readonly Finding[] {
  const [first, second] = blocks
  if (first === undefined || second === undefined) return []
  return [
    {
      fact: `${what}: ${first.request} bytes in the first call, ${second.request} in the second`,
      holds: later(blocks).every(({ request }) => request < first.request),
    },
  ]
}

function neverIndexed(name: string, blocks: Blocks): readonly Finding[] {
  const fieldOf = (one: CallBlocks | undefined) => one?.fields.find((field) => field.name === name)
  const first = fieldOf(blocks[0])
  return blocks.map((one, at) => {
    const field = fieldOf(one)
    return {
      fact: `call ${at + 1}: ${name} ${field?.representation}, ${field?.bytes} bytes`,
      holds: field?.representation === 'never indexed' && field.bytes === first?.bytes,
    }
  })
}

const literalsIn = (fields: CallBlocks['fields']) =>
  fields
    .filter(({ representation }) => representation !== 'indexed')
    .map(({ name, bytes }) => `${name} ${bytes} bytes`)
    .join(', ')
