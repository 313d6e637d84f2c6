// The type of documents and of everything derived from them.

export type { DeepReadonly } from '../../core/deep-readonly.ts'
