// What load balancing depends on, beside the settings of a policy.

/** What a policy sees of the upstream beside its own options. */
export interface LbContext {
  /** Whether the weights of localities hold. Otherwise a locality makes no difference. */
  readonly weighsLocalities: boolean
  /** Whether a person has written such weights: zone awareness of a fleet does not hold then. */
  readonly writesWeights: boolean
}
