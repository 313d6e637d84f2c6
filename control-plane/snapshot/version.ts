// Versions are hashes of content, so that equal content has an equal version on every replica and after every restart.

import { hash } from 'node:crypto'

const LENGTH = 16

/** The version of bytes: 96 bits of their SHA-256 in base64url, 16 characters. */
export function contentVersion(content: Uint8Array | string): string {
  return hash('sha256', content, 'base64url').slice(0, LENGTH)
}

/** The version of a set of resources, which come sorted by name. */
export function setVersion(resources: Iterable<{ readonly name: string; readonly version: string }>): string {
  let content = ''
  // A name may hold any character, so its length goes before it; versions are of one length.
  for (const { name, version } of resources) content += `${name.length}:${name}${version}`
  return contentVersion(content)
}
