import type { KnownGroups } from '../../engine/events.ts'
import type { Info } from '../../engine/many/info.ts'

/** What is known of groups of many while frames are taken in, one behind the other: what each says holds for the next. */
export class ManySeen {
  readonly #infos: Map<string, Info>
  readonly #of: Map<string, { readonly id: string; readonly version: number }>

  constructor({ infos, of }: KnownGroups) {
    this.#infos = new Map(infos)
    this.#of = new Map(of)
  }

  info(id: string): Info | null {
    return this.#infos.get(id) ?? null
  }

  /**
   * What a group of MLS belongs to.
   * @returns `isStale`: something has changed since, which was not said in that group; null: not of many, as far as is known
   */
  about(group: string): { readonly info: Info; readonly isStale: boolean } | null {
    const known = this.#of.get(group)
    const info = known === undefined ? undefined : this.#infos.get(known.id)
    return known === undefined || info === undefined ? null : { info, isStale: known.version !== info.version }
  }

  keep(group: string, info: Info): void {
    this.#infos.set(info.id, info)
    this.#of.set(group, { id: info.id, version: info.version })
  }
}
