// Manifests as text.

import { stringify } from 'yaml'
import type { Manifest } from './kinds.ts'

/** As `kubectl apply -f -` reads them. */
export function renderManifests(manifests: readonly Manifest[]): string {
  return manifests.map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n')
}
