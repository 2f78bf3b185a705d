import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'

/** What Chromium's browsers send when they would install the app; not in TypeScript's DOM types, being theirs alone. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>
}

const isOffer = (event: Event): event is InstallOffer => 'prompt' in event

const offer = signal<InstallOffer | null>(null)

/** The browser would install the app, if asked. */
export const installOffer: ReadonlySignal<InstallOffer | null> = offer

/** Keeps the browser's offer for the settings, instead of a banner at a time that nobody has chosen. */
export const startInstall = (): void => {
  addEventListener('beforeinstallprompt', (event) => {
    if (!isOffer(event)) return
    event.preventDefault()
    offer.value = event
  })
  addEventListener('appinstalled', () => (offer.value = null))
}

/** Lets the browser ask. An offer holds once; after a no the browser makes another when it sees fit. */
export const install = async (): Promise<void> => {
  const held = offer.peek()
  offer.value = null
  await held?.prompt().catch(() => undefined)
}
