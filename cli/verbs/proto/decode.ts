// Reads bytes and a schema, takes the bytes apart, and prints what they are; then fails with all that is wrong with them.

import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { type Problem, SwitchyardError } from '../../../core/errors.ts'
import { decodeInput } from '../../../protobuf/decode-input.ts'
import { type MessageType, messageType } from '../../../protobuf/expected.ts'
import { joinRegistries, loadSchema, requireMessage } from '../../../protobuf/load-schema.ts'
import { type BytesFormat, type ReadBytes, readBytes } from '../../../protobuf/read-bytes.ts'
import { type Format, print, report } from '../../output/print.ts'
import { STANDARD_INPUT } from '../document-source.ts'
import { renderBlocks, toPlain } from './render.ts'

export interface DecodeFlags {
  readonly file?: string
  readonly input: BytesFormat
  readonly type?: string
  readonly schema?: readonly string[]
  readonly all: boolean
  readonly output: Format
}

/** @throws SwitchyardError `invalid-argument` with all problems of flags, of the text or of the bytes; the last after the output */
export async function decode(written: readonly string[], flags: DecodeFlags): Promise<void> {
  const type = await typeOf(flags)
  const { bytes, format, problems } = readBytes(await contentOf(written, flags), flags.input)
  if (problems.length > 0) {
    const what =
      flags.input === 'auto' ? `these are neither hex nor base64; as ${format}:` : `this is not ${format}:`
    throw new SwitchyardError('invalid-argument', what, { problems: characters(problems) })
  }
  if (flags.input === 'auto')
    report(`read as ${format}: ${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}`)
  const { blocks, problems: wrong } = decodeInput(bytes, type)
  print(blocks.map(toPlain), flags.output, () => renderBlocks(blocks, flags.all))
  if (wrong.length === 0) return
  const count = wrong.length === 1 ? '1 problem' : `${wrong.length} problems`
  throw new SwitchyardError('invalid-argument', `${count}:`, { problems: wrong })
}

const characters = (problems: ReadBytes['problems']): Problem[] =>
  problems.map(({ at, message }) => ({ path: `character ${at + 1}`, message }))

async function contentOf(written: readonly string[], { file }: DecodeFlags): Promise<string | Uint8Array> {
  const sources = [written.length > 0, file !== undefined].filter((one) => one).length
  if (sources !== 1) {
    const what = sources === 0 ? 'no bytes' : 'bytes and --file'
    throw new SwitchyardError(
      'invalid-argument',
      `${what}: give hex or base64, or --file PATH, or - for standard input`,
    )
  }
  if (written.length === 1 && written[0] === STANDARD_INPUT) return await buffer(process.stdin)
  if (file === undefined) return written.join(' ')
  try {
    return await readFile(file)
  } catch (cause) {
    throw new SwitchyardError('invalid-argument', `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    })
  }
}

async function typeOf({ type, schema }: DecodeFlags): Promise<MessageType | undefined> {
  if (type === undefined) {
    if (schema === undefined) return undefined
    throw new SwitchyardError('invalid-argument', '--schema needs --type: which of its messages is it?')
  }
  // Envoy's messages take as long to load as all else together.
  const { OWN_TYPES } = await import('./own-types.ts')
  const registry = schema === undefined ? OWN_TYPES : joinRegistries(schema.map(loadSchema))
  return messageType(requireMessage(registry, type), joinRegistries([registry, OWN_TYPES]))
}
