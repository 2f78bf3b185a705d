import type { Bus } from '../bus.ts'
import { localBus } from '../local.ts'
import { readNotice, writeNotice } from '../notice.ts'
import { natsAddressOf } from './address.ts'
import { openLine } from './line.ts'
import type { NatsListeners } from './line.ts'

export interface NatsOptions extends NatsListeners {
  /** See `natsAddressOf`. */
  readonly url: string
  /** Keeps installations apart that share one NATS: letters and digits. */
  readonly installation: string
}

/** A bus of which a test can wait until everything was handed on. */
export interface NatsBus extends Bus {
  flush(): Promise<void>
}

/**
 * The bus of many nodes over core NATS: a node subscribes to the mailboxes of the devices that are connected to it and hears of no others.
 *
 * Nothing here is ever the truth: while NATS is away nothing is sent, nothing waits, and nobody is told; nodes look for themselves
 * (delivery/arrivals.ts), and what must arrive in time goes through the store as well (bus/nodes.ts). It heals by itself.
 *
 * Does not wait for NATS to be there.
 * @throws Error with a sentence for people when the address makes no sense
 */
export function natsBus({ url, installation, ...listeners }: NatsOptions): NatsBus {
  const line = openLine(natsAddressOf(url), listeners)
  const wakesOf = (mailbox: number): string => `chatnip.${installation}.wake.${mailbox}`
  const notices = `chatnip.${installation}.notices`
  const here = localBus()
  const heard = new Map<number, { count: number; readonly stop: () => void }>()
  const hints = openHints((mailbox, seq) => line.publish(wakesOf(mailbox), String(seq)))
  let closed = false
  line.subscribe(notices, (text) => {
    const notice = readNotice(text)
    if (notice !== null) here.tell(notice)
  })

  const hear = (mailbox: number) => {
    const stop = line.subscribe(wakesOf(mailbox), (text) => {
      if (/^\d{1,15}$/.test(text)) here.wake(mailbox, Number(text))
    })
    return { count: 0, stop }
  }
  const leave = (mailbox: number): void => {
    const one = heard.get(mailbox)
    if (one === undefined || --one.count > 0) return
    heard.delete(mailbox)
    one.stop()
  }
  return {
    wake: (mailbox, seq) => {
      if (closed) return
      here.wake(mailbox, seq)
      hints.add(mailbox, seq)
    },
    onWake: (mailbox, listener) => {
      const stop = here.onWake(mailbox, listener)
      const one = heard.get(mailbox) ?? hear(mailbox)
      one.count += 1
      heard.set(mailbox, one)
      let left = false
      return () => {
        stop()
        if (!left) leave(mailbox)
        left = true
      }
    },
    tell: (notice) => {
      if (closed) return
      here.tell(notice)
      line.publish(notices, writeNotice(notice))
    },
    onNotice: (listener) => here.onNotice(listener),
    isThere: () => line.isThere(),
    flush: () => {
      hints.send()
      return line.flush()
    },
    close: async () => {
      closed = true
      await here.close()
      await line.close()
    },
  }
}

/** Collects the hints of a turn of the event loop; of several for one mailbox the newest says it all. */
function openHints(publish: (mailbox: number, seq: number) => void) {
  let waiting = new Map<number, number>()
  const send = (): void => {
    const now = waiting
    waiting = new Map()
    for (const [mailbox, seq] of now) publish(mailbox, seq)
  }
  return {
    send,
    add: (mailbox: number, seq: number): void => {
      if (waiting.size === 0) setImmediate(send)
      waiting.set(mailbox, Math.max(seq, waiting.get(mailbox) ?? 0))
    },
  }
}
