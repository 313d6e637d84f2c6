// The file that an Envoy appends lines to.

import { Type } from 'typebox'
import { type FieldFacts, facts } from './schema-keywords.ts'

/** Envoy appends what callers write to whatever file it may write: no key file and no script of a system ends like that. */
export function LogPath(shown: FieldFacts) {
  return Type.String({
    pattern: '^(/(?!\\.{1,2}/)[^/\\s]+)*/[^/\\s]+\\.log$',
    maxLength: 4096,
    description: 'the absolute path of a file that ends with .log, in a folder that Envoy can write',
    ...facts(shown),
  })
}
