import type { DeviceFacts, Facts } from './facts.ts'
import type { Violation } from './violations.ts'

/** In the end every device shows the same of a message: its text, that it was deleted, what people think of it. */
export function findDiffering({ devices }: Facts): readonly Violation[] {
  const first = new Map<string, { readonly content: string; readonly device: string }>()
  return [...devices.values()].filter(isStill).flatMap(({ device, views }) =>
    [...views.values()].flat().flatMap((line): readonly Violation[] => {
      const content = line.kind === 'message' ? line.content : undefined
      if (content === undefined) return []
      const known = first.get(line.message)
      if (known === undefined) first.set(line.message, { content, device })
      const differs = known !== undefined && known.content !== content
      return differs ? [{ kind: 'content differs', message: line.message, devices: [known.device, device] }] : []
    }),
  )
}

const isStill = ({ leftAt }: DeviceFacts): boolean => leftAt === Infinity
