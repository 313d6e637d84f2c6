// Collects the references of a resource while its messages are visited.

import type { Message } from '@bufbuild/protobuf'
import type { MessageVisitor } from './canonical.ts'
import { REFERENCE_READERS } from './reference-readers.ts'
import type { ResourceReference } from './references.ts'

/** A visitor for the messages of one resource, and the references that it has found, each once. */
export function collectReferences(resource: Message): {
  readonly visit: MessageVisitor
  readonly collected: () => readonly ResourceReference[]
} {
  const found = new Map<string, ResourceReference>()
  const visit: MessageVisitor = ({ typeName }, message) => {
    const read = REFERENCE_READERS.get(typeName)
    if (read === undefined) return true
    if (read === 'refers to nothing') return false
    for (const reference of read(message, resource)) {
      const key = `${reference.typeUrl} ${reference.name}`
      const other = found.get(key)
      found.set(key, other === undefined ? reference : merge(other, reference))
    }
    return true
  }
  return { visit, collected: () => [...found.values()] }
}

/** Two places of a resource with one name: a client that follows either of them asks for it. */
function merge(a: ResourceReference, b: ResourceReference): ResourceReference {
  const { typeUrl, name } = a
  const askedBy = [...new Set([...a.askedBy, ...b.askedBy])]
  return { typeUrl, name, askedBy, ...(a.isOptional && b.isOptional && { isOptional: true }) }
}
