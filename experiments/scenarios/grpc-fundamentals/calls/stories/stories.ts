// All stories, and the row of the curriculum that each kind of call is.

import type { Kind, Story } from '../story.ts'
import { BIDIRECTIONAL } from './bidirectional.ts'
import { CLIENT_STREAMING } from './client-streaming.ts'
import { SERVER_STREAMING } from './server-streaming.ts'
import { UNARY } from './unary.ts'

export const ROWS: Readonly<Record<Kind, string>> = {
  unary: 'O1.4',
  serverStream: 'O1.5',
  clientStream: 'O1.6',
  bidirectional: 'O1.7',
}

export const TITLES: Readonly<Record<Kind, string>> = {
  unary: 'unary',
  serverStream: 'server streaming',
  clientStream: 'client streaming',
  bidirectional: 'bidirectional streaming',
}

export const STORIES: readonly Story[] = [
  ...UNARY,
  ...SERVER_STREAMING,
  ...CLIENT_STREAMING,
  ...BIDIRECTIONAL,
]
