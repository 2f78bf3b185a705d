/**
 * What the engine does when something has come of a step of some group, and all that groups of many do beyond what every conversation does. Loaded
 * with what carries out those steps, and not with the engine.
 */
export { admit, armGreeting, onGreetTimer } from './many/admission.ts'
export { onManyCall } from './many/calls.ts'
export { adoptInMany } from './many/change.ts'
export { takeReceiptInMany } from './many/told.ts'
export { dropWish, onClaimedForWish, onClaimTimer, onTidyTimer, pumpWishes } from './many/wishes.ts'
export { takeIn } from './take-in.ts'
export { takeFrame } from './taken.ts'
