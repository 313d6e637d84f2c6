// What the report shows of header compression.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { measuredOf } from '../measured-of.ts'
import { STATIC_ENTRIES } from './blocks.ts'
import { capturedOf } from './captured.ts'
import { FIGURES } from './measure.ts'
import { GRPC, hpackId, VARIANT_NAMES, VARIANTS } from './variants.ts'

export function sectionsOf(results: Results): readonly Section[] {
  return [...byCall(results), ...fields(results), ...table(results)]
}

const NAMES = [...VARIANT_NAMES, GRPC] as const
const titleOf = (name: (typeof NAMES)[number]) =>
  name === GRPC ? 'grpc-js with a session' : VARIANTS[name].title

function byCall(results: Results): readonly Section[] {
  const lines = NAMES.map((name) => ({
    label: titleOf(name),
    points: capturedOf(results, name).map(({ request }, at) => [at + 1, request] as const),
  })).filter(({ points }) => points.length > 0)
  if (lines.length === 0) return []
  const same = measuredOf(results, hpackId('same'))?.figures
  const changing = measuredOf(results, hpackId('changing'))?.figures
  const never = measuredOf(results, hpackId('never-indexed'))?.figures
  const noTable = measuredOf(results, hpackId('no-table'))?.figures
  const authorized = measuredOf(results, hpackId('authorization'))?.figures
  const says = [
    same &&
      `The fields of a gRPC call with a session of 300 characters take ${same[FIGURES.plain]} bytes as lines of HTTP/1.1. The first call on a connection takes **${same[FIGURES.first]} bytes**: names of the static table, values in Huffman code. Both sides keep fields in a dynamic table, so that later calls send indices: **${same[FIGURES.later]} bytes**.`,
    changing &&
      `A request id that changes is a literal each time (${changing[FIGURES.later]} bytes a call), and it pushes older entries out of the table.`,
    never &&
      `A session marked as **never indexed** stays out of all tables, and costs ${never[FIGURES.later]} bytes in each call.`,
    authorized &&
      `Node treats \`authorization\` so without being asked, and calls with a token take **${authorized[FIGURES.later]} bytes each**: a guess at the token, tried against the table, must not show by the length of a block.`,
    noTable && `With a table of size 0 nothing is remembered: ${noTable[FIGURES.later]} bytes in each call.`,
  ].filter((one) => one !== undefined)
  return [
    {
      kind: 'lines',
      title: 'Header bytes of a request, by the number of the call',
      says: says.join(' '),
      x: { title: 'call on this connection', scale: 'linear' },
      y: { title: 'bytes of the header block', scale: 'log' },
      lines,
    },
  ]
}

function fields(results: Results): readonly Section[] {
  const [first, second] = capturedOf(results, 'changing')
  const never = capturedOf(results, 'never-indexed')[1]
  if (first === undefined || second === undefined) return []
  const where = (index: number) =>
    index === 0 ? 'literal' : index <= STATIC_ENTRIES ? `static ${index}` : `dynamic ${index}`
  const text = (field: (typeof first.fields)[number] | undefined) =>
    field &&
    `${field.representation}, ${where(field.index)}: ${field.bytes === 1 ? '1 byte' : `${field.bytes} bytes`}`
  return [
    {
      kind: 'table',
      title: 'How each field is written',
      says: `\`indexed\` is the whole field as one number: of the static table, which every client knows, or of the dynamic one, which both sides have filled. \`added\` is a literal that becomes an entry. Only its name may be an index then. \`never indexed\` tells every proxy on the way not to add it either. Node never adds \`:path\`. After the first call the dynamic table has ${first.table.entries} entries and ${first.table.bytes} bytes, as RFC 7541 counts them: 32 more than name and value for each entry.`,
      columns: [
        { title: 'field' },
        { title: 'first call' },
        { title: 'second call' },
        { title: 'second call, session never indexed' },
      ],
      rows: first.fields.map((field) => [
        field.name,
        text(field),
        text(second.fields.find(({ name }) => name === field.name)),
        text(never?.fields.find(({ name }) => name === field.name)),
      ]),
    },
  ]
}

function table(results: Results): readonly Section[] {
  const rows = NAMES.flatMap((name) => {
    const figures = measuredOf(results, hpackId(name))?.figures
    if (figures === undefined) return []
    const { plain, first, later, firstAnswer, laterAnswer } = FIGURES
    return [
      [
        titleOf(name),
        figures[plain],
        figures[first],
        figures[later],
        figures[firstAnswer],
        figures[laterAnswer],
      ],
    ]
  })
  if (rows.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Header bytes of requests and answers',
      says: 'An answer has two blocks: its header, and the trailers with `grpc-status`. From captures of the tap, 20 calls one after the other on one connection.',
      columns: [
        { title: 'variant' },
        { title: 'as HTTP/1.1', unit: 'bytes', decimals: 0 },
        { title: 'first request', unit: 'bytes', decimals: 0 },
        { title: 'later requests', unit: 'bytes', decimals: 0 },
        { title: 'first answer', unit: 'bytes', decimals: 0 },
        { title: 'later answers', unit: 'bytes', decimals: 0 },
      ],
      rows,
    },
  ]
}
