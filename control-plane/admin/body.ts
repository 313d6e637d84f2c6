// Bodies in JSON and in YAML, by their content type.

import type { FastifyInstance } from 'fastify'
import { SwitchyardError } from '../../core/errors.ts'
import { parseConfig } from '../document/file.ts'
import type { Config } from '../document/model.ts'
import { validateConfig } from '../document/validate.ts'
import { parseYaml } from '../document/yaml-document.ts'

/** A body that was read; a YAML text stays a text, because its problems have lines. */
export type Body =
  | { readonly format: 'json'; readonly value: unknown }
  | { readonly format: 'yaml'; readonly text: string }

export const JSON_TYPES = ['application/json', 'application/merge-patch+json']
export const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml']

/** What YAML texts are called in problems. */
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

/** The whole desired state in a body. @throws SwitchyardError `invalid-config` with all problems, by line where it is YAML */
export function configIn(body: Body | undefined): Config {
  return body?.format === 'yaml' ? parseConfig(body.text, SOURCE) : validateConfig(body?.value)
}

/** Any document in a body. @throws SwitchyardError `invalid-argument` where it is not YAML */
export function valueIn(body: Body | undefined): unknown {
  if (body?.format !== 'yaml') return body?.value
  const { faults, value, placeOf } = parseYaml(body.text)
  if (faults.length === 0) return value
  throw new SwitchyardError('invalid-argument', 'the body is not YAML', {
    problems: faults.map(({ offset, message }) => ({ path: `${SOURCE}:${placeOf(offset)}`, message })),
  })
}

/** @throws SwitchyardError `invalid-argument` that says where the text stops being JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SwitchyardError('invalid-argument', `the body is not JSON: ${reason}`, { cause: error })
  }
}
