export { systemClock, systemRandom } from './system.ts'
export { NodeTransport } from './transport.ts'
