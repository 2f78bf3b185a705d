import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { fullDate } from '../format/time.ts'
import { listDevices, listSessions, revokeDevice, revokeSession } from '../state/flows.ts'
import type { Device, Session } from '../state/flows.ts'
import type { Chats } from '../state/chats.ts'
import { locale, t } from '../texts/index.ts'
import { settingsTexts } from '../texts/settings.ts'
import { Section } from './section.tsx'

const dateOf = (seconds: number): string => fullDate(locale.value, seconds * 1000)
/** The server tells the day alone; noon keeps it the same day in every time zone that shows it. */
const dayOf = (day: string): string => fullDate(locale.value, Date.parse(`${day}T12:00:00`))

const DeviceLine = ({ device, onRemove }: { readonly device: Device; readonly onRemove: () => void }) => {
  const texts = settingsTexts().devices
  return (
    <li class="device">
      <div>
        <strong>{device.name}</strong>
        {device.current && <span class="muted">{` (${texts.thisOne})`}</span>}
        <p class="hint">
          {texts.seen(dayOf(device.last_seen))}
          {device.waiting > 0 && `, ${texts.waiting(device.waiting)}`}
        </p>
      </div>
      {!device.current && (
        <button type="button" class="button small" aria-label={texts.removeLabel(device.name)} onClick={onRemove}>
          {texts.remove}
        </button>
      )}
    </li>
  )
}

const SessionLine = ({ session, onEnd }: { readonly session: Session; readonly onEnd: () => void }) => {
  const texts = settingsTexts().devices
  const since = dateOf(session.created)
  return (
    <li class="device">
      <span>{texts.session(since)}</span>
      <button type="button" class="button small" aria-label={texts.endLabel(since)} onClick={onEnd}>
        {texts.end}
      </button>
    </li>
  )
}

const useDevices = () => {
  const devices = useSignal<readonly Device[]>([])
  const sessions = useSignal<readonly Session[]>([])
  const load = useAction(async () => {
    const [found, open] = await Promise.all([listDevices(), listSessions()])
    devices.value = found
    /** A device's session stands and falls with the device. */
    sessions.value = open.filter((session) => session.device_id === undefined && !session.current)
  })
  useEffect(() => {
    load.run()
  }, [])
  return { devices, sessions, load }
}

/** Where one is signed in, and how to end that. */
export const Devices = ({ chats }: { readonly chats: Chats }) => {
  const { errors } = t()
  const settings = settingsTexts()
  const texts = settings.devices
  const { devices, sessions, load } = useDevices()
  const removing = useSignal<Device | null>(null)
  const said = useSignal<string | null>(null)
  const problem = useSignal<string | null>(null)
  const end = async (session: Session) => {
    await revokeSession(session.handle)
    said.value = texts.ended
    load.run()
  }
  const asked = removing.value
  return (
    <Section title={texts.title} lead={texts.lead}>
      {load.problem.value !== null && <Said kind="bad">{errors[load.problem.value]}</Said>}
      <ul class="devices">
        {devices.value.map((device) => (
          <DeviceLine key={device.device_id} device={device} onRemove={() => (removing.value = device)} />
        ))}
      </ul>
      {sessions.value.length > 0 && <h3>{texts.sessionsTitle}</h3>}
      <ul class="devices">
        {sessions.value.map((session) => (
          <SessionLine
            key={session.handle}
            session={session}
            onEnd={() => {
              end(session).catch(() => (problem.value = errors.unavailable))
            }}
          />
        ))}
      </ul>
      {said.value !== null && <Said>{said.value}</Said>}
      {problem.value !== null && <Said kind="bad">{problem.value}</Said>}
      {asked !== null && (
        <ConfirmDialog
          title={texts.question(asked.name)}
          confirm={texts.remove}
          onConfirm={async () => {
            await revokeDevice(asked.device_id)
            said.value = texts.done(asked.name)
            load.run()
            /** It leaves the conversations too. */
            chats.messenger.nudge()
          }}
          onClose={() => (removing.value = null)}
        >
          <p>{texts.text}</p>
        </ConfirmDialog>
      )}
    </Section>
  )
}
