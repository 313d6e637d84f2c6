// The JSON Schema of the document as editors and other tools read it: without keywords of our own.

import { CLIENTS, ENVOY_FIELD, SOME_GRPC_CLIENTS, UNAVAILABLE, WEAKER } from '../switches/schema-keywords.ts'
import { createConfigSchema } from './model.ts'
import { LATER } from './schema-check.ts'

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** Names the schema of documents with `version: 1`. Nothing is served there. */
export const SCHEMA_ID = 'urn:switchyard:document:1'

/** The name of its file in the package, and in the checks of editors. */
export const SCHEMA_FILE = 'switchyard.schema.json'

/** `discriminator` only shortens errors. */
const OWN_KEYWORDS = [LATER, CLIENTS, SOME_GRPC_CLIENTS, ENVOY_FIELD, UNAVAILABLE, WEAKER, 'discriminator']

/** Draft 7, as JSON text. */
export function publishedSchema(): string {
  const schema = {
    $schema: DRAFT,
    $id: SCHEMA_ID,
    title: 'The desired state of Switchyard',
    ...createConfigSchema(),
  }
  return `${JSON.stringify(schema, (key, value) => (OWN_KEYWORDS.includes(key) ? undefined : value), 2)}\n`
}
