/**
 * What the engine does when something has come of a step of some group, and all that groups of many do beyond what every conversation does. Loaded
 * with what carries out those steps, and not with the engine.
 */
export { onAfreshTimer, onOwnKeyTimer, resumeAfresh } from './afresh.ts'
export { onBegun } from './begun.ts'
export {
  meetEpoch,
  onAdopted,
  onAdoptTimer,
  onBehindTimer,
  onGroupTimer,
  onHandshakeRefused,
  onHandshakeSent,
  onHandshakeStored,
  onProposed,
  pumpGroups,
} from './handshake.ts'
export { admit, armGreeting, onGreetTimer } from './many/admission.ts'
export { onManyCall } from './many/calls.ts'
export { takeReceiptInMany } from './many/told.ts'
export { onClaimedForWish, onClaimTimer, onTidyTimer } from './many/wishes.ts'
export { onDevices } from './own-devices.ts'
export { takeIn } from './take-in.ts'
export { takeFrame } from './taken.ts'
