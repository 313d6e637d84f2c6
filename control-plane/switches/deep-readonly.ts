// The type of documents and of what is derived from them.

export type { DeepReadonly } from '../../core/deep-readonly.ts'
