// The names of headers that a document may speak of: as they are on the wire, and such as listeners let through.

import { Type } from 'typebox'
import { facts } from './schema-keywords.ts'

/** Without underscores: a listener rejects calls that have one in the name of a header. */
export const HeaderName = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]*$',
  maxLength: 100,
  description: 'the name of a header in lower case and without underscores, such as x-user',
  ...facts({ example: 'x-user' }),
})
