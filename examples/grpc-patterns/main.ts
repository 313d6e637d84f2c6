// Runs the example with the name that is given: `npm run example grpc-patterns compression`.

import { showCompression } from './compression.ts'
import type { Print } from './echo.ts'
import { showInterceptors } from './interceptors.ts'
import { showKeepalive } from './keepalive.ts'
import { showMetadata } from './metadata.ts'
import { showWaitForReady } from './wait-for-ready.ts'

const EXAMPLES: Readonly<Record<string, (print: Print) => Promise<unknown>>> = {
  interceptors: showInterceptors,
  metadata: showMetadata,
  compression: showCompression,
  'wait-for-ready': showWaitForReady,
  keepalive: showKeepalive,
}

const [name = ''] = process.argv.slice(2)
const show = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined
if (show === undefined) {
  console.error(`unknown example "${name}". Use one of: ${Object.keys(EXAMPLES).join(', ')}`)
  process.exitCode = 2
} else {
  await show(console.log)
}
