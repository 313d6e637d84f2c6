// The schema of the document, from the API document `/openapi.json`; read once.

import { useEffect, useState } from 'preact/hooks'
import type { Schema } from './schema.ts'

interface ApiDocument {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly put?: {
          readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
        }
      }
    >
  >
}

let reading: Promise<Schema> | undefined

async function readSchema(): Promise<Schema> {
  const answer = await fetch('/openapi.json')
  if (!answer.ok) throw new Error(`GET /openapi.json: ${answer.status}`)
  const { paths } = (await answer.json()) as ApiDocument
  const schema = paths['/v1/config']?.put?.requestBody?.content['application/json']?.schema
  if (schema === undefined) throw new Error('/openapi.json has no schema of the document')
  return schema
}

/** Undefined until it is read, and while it cannot be: then the next view that needs it tries again. */
export function useDocumentSchema(): Schema | undefined {
  const [schema, setSchema] = useState<Schema>()
  useEffect(() => {
    reading ??= readSchema()
    reading.then(setSchema, () => {
      reading = undefined
    })
  }, [])
  return schema
}
