/** The parts about people come together, with their words, when the first of them is needed. */
export const loadPeople = () => import('./parts.ts')
