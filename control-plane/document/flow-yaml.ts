// A value as it may be written in YAML, on one line.

import { Document, visit } from 'yaml'

/** Such as `{ enabled: true, interval: 5s }`. */
export function flowYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false })
  visit(document, {
    Collection: (_, collection) => {
      collection.flow = true
    },
  })
  return document.toString({ lineWidth: 0, flowCollectionPadding: true }).trimEnd()
}
