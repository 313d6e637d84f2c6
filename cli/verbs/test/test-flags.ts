// The flags of `yard test`.

export const TEST_FORMATS = ['table', 'tap', 'junit', 'github'] as const

export interface TestFlags {
  readonly config?: string
  readonly format: (typeof TEST_FORMATS)[number]
  readonly mutations: boolean
  readonly except: readonly string[]
  readonly watch: boolean
}
