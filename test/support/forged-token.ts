// Tokens from the recipes of the truth table: the same as `yard test` makes.

export { type Forge, openForge, type TokenRecipe } from '../../policy-tests/callers/forged-token.ts'
