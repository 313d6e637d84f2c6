// Reads bodies in JSON and YAML, by content type.

import type { FastifyInstance } from 'fastify'
import { JSON_TYPE, MERGE_PATCH_TYPE, YAML_TYPE } from '../../api/media-types.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { parseConfig } from '../document/file.ts'
import type { Config } from '../document/model.ts'
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

export function addBodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    JSON_TYPES,
    { parseAs: 'string' },
    async (_: unknown, text: string): Promise<Body> => ({ format: 'json', value: parseJson(text) }),
  )
  server.addContentTypeParser(
    YAML_TYPES,
    { parseAs: 'string' },
    async (_: unknown, text: string): Promise<Body> => ({ format: 'yaml', text }),
  )
}

/** The desired state in a body. @throws SwitchyardError `invalid-config` with all problems, by line for YAML */
export function configIn(body: Body | undefined): Config {
  return body?.format === 'yaml' ? parseConfig(body.text, SOURCE) : validateConfig(body?.value)
}

/** Any value in a body. @throws SwitchyardError `invalid-argument` if a YAML body is malformed */
export function valueIn(body: Body | undefined): unknown {
  if (body?.format !== 'yaml') return body?.value
  const { problems, value, placeOf } = parseYaml(body.text)
  if (problems.length === 0) return value
  throw new SwitchyardError('invalid-argument', 'the body is not valid YAML', {
    problems: problems.map(({ offset, message }) => ({ path: `${SOURCE}:${placeOf(offset)}`, message })),
  })
}

/** @throws SwitchyardError `invalid-argument` with the position of the mistake */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SwitchyardError('invalid-argument', `the body is not valid JSON: ${reason}`, { cause: error })
  }
}
