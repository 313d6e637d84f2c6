// The message with each kind of field, compiled by buf.

import { fileURLToPath } from 'node:url'
import { loadSchema, requireMessage } from '../../protobuf/load-schema.ts'

export const KINDS_PROTO = fileURLToPath(new URL('kinds.proto', import.meta.url))

export const KINDS = requireMessage(loadSchema(KINDS_PROTO), 'switchyard.test.v1.Kinds')
