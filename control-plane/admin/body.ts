// Reads bodies in JSON and YAML, by content type.

import type { FastifyInstance } from 'fastify'
import { JSON_TYPE, MERGE_PATCH_TYPE, YAML_TYPE } from '../../api/media-types.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { parseConfig } from '../document/file.ts'
import { parseJsonDocument } from '../document/json-document.ts'
import type { Config } from '../document/model.ts'
import { firstProblems, toProblem } from '../document/problem.ts'
import type { SchemaCheck } from '../document/schema-check.ts'
import { decodeUtf8 } from '../document/utf8.ts'
import { validateConfig } from '../document/validate.ts'
import { parseYaml } from '../document/yaml-document.ts'

/** A body. YAML stays text, because its problems have lines. */
export type Body =
  | { readonly format: 'json'; readonly value: unknown }
  | { readonly format: 'yaml'; readonly text: string }

const JSON_TYPES = [JSON_TYPE, MERGE_PATCH_TYPE]
export const YAML_TYPES = [YAML_TYPE, 'application/x-yaml', 'text/yaml']

/** The name of YAML bodies in the paths of problems. */
const SOURCE = 'body'

/** What `charset` may be: ASCII is a part of UTF-8. */
const CHARSETS = ['utf-8', 'utf8', 'us-ascii', 'ascii']

export function addBodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  const parse = (types: readonly string[], read: (text: string) => Body) =>
    server.addContentTypeParser(
      [...types],
      { parseAs: 'buffer' },
      async (_: unknown, bytes: Buffer): Promise<Body> => read(decode(bytes)),
    )
  parse(JSON_TYPES, (text) => ({ format: 'json', value: parseJson(text) }))
  parse(YAML_TYPES, (text) => ({ format: 'yaml', text }))
  server.addHook('preParsing', async ({ headers }, reply) => {
    const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = headers
    if (encoding.toLowerCase() !== 'identity') {
      reply.header('accept-encoding', 'identity')
      throw unsupported(`the body is compressed (${encoding}): send it without content-encoding`)
    }
    const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type) ?? []
    if (CHARSETS.includes(charset.toLowerCase())) return
    throw unsupported(`the body is in the charset ${charset}: send it in UTF-8`)
  })
}

function unsupported(message: string): SwitchyardError {
  return new SwitchyardError('unsupported-media-type', message)
}

/** @throws SwitchyardError `invalid-argument` */
function decode(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes)
  if (text !== undefined) return text
  throw new SwitchyardError('invalid-argument', 'the body has bytes that are not UTF-8: send it in UTF-8')
}

/** The desired state in a body. @throws SwitchyardError with all problems, by line for YAML: `invalid-argument` if it is malformed, else `invalid-config` */
export function configIn(body: Body | undefined): Config {
  return body?.format === 'yaml' ? parseConfig(body.text, SOURCE) : validateConfig(body?.value)
}

/** Any value in a body. @throws SwitchyardError `invalid-argument` if a YAML body is malformed */
export function valueIn(body: Body | undefined): unknown {
  if (body?.format !== 'yaml') return body?.value
  const { problems, value, placeOf } = parseYaml(body.text)
  if (problems.length === 0) return value
  throw new SwitchyardError('invalid-argument', 'the body is not valid YAML', {
    problems: firstProblems(
      problems.map(({ offset, message }) => ({ path: `${SOURCE}:${placeOf(offset)}`, message })),
    ),
  })
}

/** A small body that is no document. @throws SwitchyardError `invalid-argument` with all problems */
export function readJson<T>(body: Body | undefined, check: SchemaCheck): T {
  if (body == null) throw new SwitchyardError('invalid-argument', 'the body is missing: send a JSON object')
  return requireValid(valueIn(body), check, 'the body is not valid')
}

/** The value, if a schema allows it. @throws SwitchyardError `invalid-argument` with all problems */
export function requireValid<T>(value: unknown, check: SchemaCheck, otherwise: string): T {
  const problems = check(value).map(toProblem)
  if (problems.length === 0) return value as T
  throw new SwitchyardError('invalid-argument', otherwise, { problems })
}

/** @throws SwitchyardError `invalid-argument` with the position of the mistake, or with the paths of all problems */
function parseJson(text: string): unknown {
  const { problems, value } = parseSyntax(text)
  if (problems.length === 0) return value
  throw new SwitchyardError('invalid-argument', 'the body is JSON that cannot be used', {
    problems: firstProblems(problems.map(toProblem)),
  })
}

function parseSyntax(text: string) {
  try {
    return parseJsonDocument(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SwitchyardError('invalid-argument', `the body is not valid JSON: ${reason}`, { cause: error })
  }
}
